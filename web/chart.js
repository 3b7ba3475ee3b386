// What a counter did while the page was open.

import { html, useEffect, useRef } from './preact.js';
import uPlot from './uplot.js';

/** The curve of the last values, as a picture in a row of a table. */
export function Sparkline({ values }) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const y = (value) => (high === low ? 12 : 22 - ((value - low) / (high - low)) * 20);
  const step = 120 / Math.max(values.length - 1, 1);
  const points = values.map((value, i) => `${(i * step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return html`<svg class="spark" viewBox="0 0 120 24" aria-hidden="true">
    ${values.length > 1 && html`<polyline points=${points}/>`}
  </svg>`;
}

// Values are whole numbers: 1, 2, 5, 10, ... up to 5e18.
const wholeSteps = Array.from({ length: 19 }, (_, i) => [1, 2, 5].map((digit) => digit * 10 ** i)).flat();
const height = 240;  // px, as in style.css

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const windowMin = 30;  // s that the chart shows at least, up to now

function timesOf(_, low, high) {
  const end = high ?? Date.now() / 1000;
  return [Math.min(low ?? end, end - windowMin), end];
}

// Wide enough that a double tells its ends apart.
function rangeOf(_, low, high) {
  const pad = low === high ? Math.max(1, Math.abs(low) / 1000) : 0;
  return [low - pad, high + pad];
}

// The longest label is that of -2^63.
function widthOf(_, labels) {
  return Math.max(90, ...(labels ?? []).map((label) => 20 + 7 * label.length));
}

function optionsFor(width) {
  const axis = { stroke: color('--dim'), grid: { stroke: color('--line'), width: 1 }, ticks: { stroke: color('--line') } };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { x: { range: timesOf }, y: { range: rangeOf } },
    axes: [axis, { ...axis, size: widthOf, incrs: wholeSteps, values: (_, ticks) => ticks.map((tick) => tick.toLocaleString()) }],
    series: [{}, { stroke: color('--accent'), width: 2, fill: `${color('--accent')}22`,
                    points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) }],
  };
}

/** The last value goes on until `now`. */
function extended([times, values], now) {
  return [[...times, Math.max(now, times.at(-1) ?? now)], [...values, values.at(-1) ?? null]];
}

/**
 * A chart of `data`, `[times in seconds, values]`, which changes in place, up to `now`. The value null: none is
 * known from then on.
 */
export function Chart({ data, now }) {
  const element = useRef();
  const plot = useRef();
  useEffect(() => {
    const place = element.current;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(place.clientWidth), extended(data, now), place);
    };
    draw();
    const observer = new ResizeObserver(() =>
      plot.current.setSize({ width: place.clientWidth, height }));
    observer.observe(place);
    const theme = matchMedia('(prefers-color-scheme: dark)');
    theme.addEventListener('change', draw);
    return () => {
      theme.removeEventListener('change', draw);
      observer.disconnect();
      plot.current.destroy();
    };
  }, [data]);
  useEffect(() => plot.current?.setData(extended(data, now)), [now]);
  return html`<div ref=${element} class="chart" aria-hidden="true"></div>`;
}
