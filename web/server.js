// The server: what it does, and how it is.

import { Sparkline } from './chart.js';
import { useInterval, useShown } from './hooks.js';
import { show, showBytes, showDuration, showLatency } from './number.js';
import { html, useEffect, useRef, useState } from './preact.js';
import { Statistics } from './statistics.js';

const every = 2000;  // ms
const historyMax = 60;
const unknown = '–';

export function Server({ client, info, onStatus }) {
  const [pair, setPair] = useState(null);  // two answers, one after the other
  const [error, setError] = useState(null);
  const requests = useRef([]);
  const isLoading = useRef(false);
  // The last answer, if rates can begin with it, and how often that has ended.
  const last = useRef(null);
  const ends = useRef(0);
  const forget = () => {
    last.current = null;
    ++ends.current;
  };
  const load = async () => {
    if (isLoading.current) return;
    isLoading.current = true;
    const round = ends.current;
    let asked = 0;
    const onAttempt = () => { asked = Date.now(); };
    try {
      const now = new Statistics(await client.stats({ onAttempt }), asked);
      const before = last.current?.isBefore(now) ? last.current : null;
      if (before) requests.current.push(now.rate(before, 'counterd_http_requests_total'));
      else requests.current = [];
      if (requests.current.length > historyMax) requests.current.shift();
      if (round === ends.current) last.current = now;
      setPair({ now, before });
      setError(null);
      onStatus('live');
    } catch (cause) {
      forget();
      setError(cause);
      onStatus(cause.status ? 'live' : 'waiting', cause);
    } finally {
      isLoading.current = false;
    }
  };
  useEffect(() => { load(); }, [client]);
  useInterval(load, every);
  useShown(() => {
    forget();
    load();
  });
  return html`
    <h1>Server</h1>
    ${error && html`<p class="note error" role="alert">${error.message}</p>`}
    ${pair && html`<${Numbers} ...${pair} history=${requests.current} isStale=${error}
                               hasDisk=${info && info.durability.sync !== 'none'}/>`}
    ${info && html`<${About} info=${info}/>`}`;
}

function Card({ label, note, children }) {
  return html`<div class="card"><dt>${label}</dt><dd>${children}</dd>${note && html`<dd class="dim">${note}</dd>`}</div>`;
}

function showNumber(rate) {
  return rate.toLocaleString(undefined, { maximumFractionDigits: rate < 10 ? 1 : 0 });
}

function showPercent(share) {
  return `${(100 * share).toFixed(0)} %`;
}

function Numbers({ now, before, history, isStale, hasDisk }) {
  // Until there are two answers, nobody knows.
  const between = (show, value) => (value === undefined ? unknown : show(value));
  const rate = (name, labels) => (before ? now.rate(before, name, labels) : undefined);
  const latency = (name, share) => (before ? now.quantile(before, name, share) : undefined);
  const sum = (name, labels) => now.sum(name, labels) ?? 0;
  const limit = (name) => `of ${show(sum(`${name}_limit`))}`;
  const share = (name) => sum(name) / Math.max(sum(`${name}_limit`), 1);
  const states = ['good', 'full', 'failed'].filter((state) => sum('counterd_disk_state', { state }) === 1);
  return html`<dl class=${`cards ${isStale ? 'stale' : ''}`}>
    <${Card} label="Requests per second">${between(showNumber, rate('counterd_http_requests_total'))}<${Sparkline} values=${history}/><//>
    <${Card} label="Latency, median" note="within the server">${between(showLatency, latency('counterd_request_seconds', 0.5))}<//>
    <${Card} label="Latency, 99th percentile" note="within the server">${between(showLatency, latency('counterd_request_seconds', 0.99))}<//>
    <${Card} label="Errors per second" note="status 500 and above">${between(showNumber, rate('counterd_http_requests_total', { class: '5xx' }))}<//>
    <${Card} label="Connections" note=${limit('counterd_connections')}>${show(sum('counterd_connections'))}<//>
    <${Card} label="Event streams" note=${limit('counterd_streams')}>${show(sum('counterd_streams'))}<//>
    <${Card} label="Counters" note=${limit('counterd_counters')}>${show(sum('counterd_counters'))}<//>
    <${Card} label="Idempotency keys" note=${limit('counterd_idempotency_records')}>${(100 * share('counterd_idempotency_records')).toFixed(1)} %<//>
    <${Card} label="Processor">${between(showPercent, rate('process_cpu_seconds_total'))}<//>
    <${Card} label="Memory">${showBytes(sum('process_resident_memory_bytes'))}<//>
    ${hasDisk && html`<${Card} label="Free disk space" note=${states[0]}>${showBytes(sum('counterd_disk_free_bytes'))}<//>
    <${Card} label="Commit, 99th percentile" note="to disk">${between(showLatency, latency('counterd_commit_seconds', 0.99))}<//>`}
    <${Card} label="Running for">${showDuration(now.time / 1000 - sum('process_start_time_seconds'))}<//>
  </dl>`;
}

function About({ info }) {
  const rows = [
    ['Version', info.version], ['Event loops', info.threads], ['Shards', info.shards],
    ['Store', info.store], ['Durability', info.durability.sync], ['Changes', info.read_only ? 'refused: read-only' : 'allowed'],
  ];
  return html`<h2>About</h2><table class="about"><tbody>
    ${rows.map(([label, value]) => html`<tr key=${label}><th scope="row">${label}</th><td>${value}</td></tr>`)}
  </tbody></table>`;
}
