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

const height = 240;  // px, as in style.css

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Wide enough that a double tells its ends apart.
function rangeOf(_, low, high) {
  const pad = low === high ? Math.max(1, Math.abs(low) / 1000) : 0;
  return [low - pad, high + pad];
}

function optionsFor(width) {
  const axis = { stroke: color('--dim'), grid: { stroke: color('--line'), width: 1 }, ticks: { stroke: color('--line') } };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: rangeOf } },
    axes: [axis, { ...axis, size: 90, values: (_, ticks) => ticks.map((tick) => tick.toLocaleString()) }],
    series: [{}, { stroke: color('--accent'), width: 2, fill: `${color('--accent')}22`,
                    points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) }],
  };
}

/** A chart of `data`, `[times in seconds, values]`, which changes in place; `last` is the time of its end. */
export function Chart({ data, last }) {
  const element = useRef();
  const plot = useRef();
  useEffect(() => {
    const place = element.current;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(place.clientWidth), data, place);
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
  useEffect(() => plot.current?.setData(data), [last]);
  return html`<div ref=${element} class="chart" aria-hidden="true"></div>`;
}
