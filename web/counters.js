// The list of counters.

import { Sparkline } from './chart.js';
import { Dialog, Field } from './dialog.js';
import { Greatest } from './greatest.js';
import { useFollow, useInterval, useKey, useOnce, useRender, useShown } from './hooks.js';
import { CounterList, rowsMax } from './list.js';
import { commandFor } from './names.js';
import { parseInteger, show, showDistance, showRate } from './number.js';
import { html, useEffect, useMemo, useRef, useState } from './preact.js';

const retryEvery = 5000;  // ms, of a page that could not be loaded, and of the greatest values
const rowHeight = 41;     // px, as in style.css
const overscan = 10;      // rows above and below what is seen

export function addressOf(name) {
  return `#/counter/${encodeURIComponent(name)}`;
}

export function Counters({ client, prefix, isReadOnly, isAway, onStatus }) {
  const list = useList(client, prefix, onStatus);
  const [order, setOrder] = useState('name');
  // While the list has only its first pages, the greatest values may be in others.
  const greatest = useGreatest(client, list.prefix, order === 'value' && list.table.cursor !== null);
  const shown = greatest?.isLoaded ? greatest : list;
  const error = greatest?.error ?? list.error;
  const [dialog, setDialog] = useState(false);
  const [message, setMessage] = useState('');
  const search = useRef();
  useKey('/', () => search.current.focus());
  const rows = shown === list ? list.table.sorted(order) : greatest.rows;
  const [body, first, last] = useWindow(rows.length);
  const seen = rows.slice(first, last);
  useEffect(() => {
    if (shown === list && list.isLoaded && last > rows.length - overscan) list.more();
  }, [list, shown, last, rows.length]);
  const open = (event) => {
    const text = event.target.value;
    history.replaceState(null, '', text ? `#/?prefix=${encodeURIComponent(text)}` : '#/');
    dispatchEvent(new HashChangeEvent('hashchange'));
  };
  return html`
    <h1>Counters</h1>
    <div class="bar">
      <input ref=${search} type="search" aria-label="Prefix of the names" placeholder="Prefix, such as page/ (press /)"
             value=${prefix} maxlength="256" spellcheck=${false} onInput=${open}/>
      ${!isReadOnly && html`<button class="primary" onClick=${() => setDialog(true)}>New counter</button>`}
    </div>
    <div role="status">${message && html`<p class="note">${message}</p>`}</div>
    ${error && html`<p class="note error" role="alert">${error.message}</p>`}
    ${shown.isLoaded && !error && rows.length === 0 && html`<${Empty} prefix=${prefix} hasToken=${Boolean(client.token)} isReadOnly=${isReadOnly}/>`}
    ${rows.length > 0 && html`
      <table class=${shown.error || isAway ? 'stale' : ''} aria-rowcount=${shown === list && list.table.cursor !== null ? -1 : rows.length + 1}>
        <thead><tr>
          <${Heading} order="name" current=${order} onPick=${setOrder}>Name<//>
          <${Heading} order="value" current=${order} onPick=${setOrder} kind="number value">Value<//>
          <${Heading} order="rate" current=${order} onPick=${setOrder} kind="number wide">Per second<//>
          <th class="wide" scope="col">Last 30 s</th>
          <th class="wide" scope="col">Expires</th>
        </tr></thead>
        <tbody ref=${body}>
          <${Gap} rows=${first}/>
          ${seen.map((row, i) => html`<${Row} key=${row.name} row=${row} index=${first + i + 2}/>`)}
          <${Gap} rows=${rows.length - last}/>
        </tbody>
      </table>
      ${shown === greatest ? html`<${GreatestFooter} rows=${rows} seen=${greatest.seen}/>`
                 : html`<${Footer} table=${list.table} rows=${rows} order=${order}/>`}`}
    ${dialog && html`<${NewCounter} client=${client} prefix=${prefix} onCancel=${setMessage} onClose=${() => setDialog(false)}/>`}`;
}

/** A list that is loaded, and follows what changes. */
function useList(client, prefix, onStatus) {
  const render = useRender();
  const [settled, setSettled] = useState(prefix);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(prefix), 150);  // somebody is typing
    return () => clearTimeout(timer);
  }, [prefix]);
  const list = useMemo(() => new CounterList(client, settled, render), [client, settled]);
  const load = async () => {
    await list.more();
    if (list.error?.status === 401) onStatus('refused', list.error);
  };
  useEffect(() => { load(); }, [list]);
  useInterval(() => list.error && load(), retryEvery);
  useInterval(() => {
    list.table.tick();
    render();
  }, 1000);
  useShown(() => list.table.rest());
  useFollow(client, useMemo(() => ({ prefix: settled }), [settled]), {
    onBegin: () => list.begin(),
    onReady: (hasMore) => list.ready(hasMore),
    onState: (state) => list.put(state),
    onGone: (name) => list.remove(name),
    onPoll: () => list.reload(),
    onStatus,
  });
  return list;
}

/** The counters with the greatest values, which are asked for now and then; null if they are not needed. */
function useGreatest(client, prefix, isNeeded) {
  const render = useRender();
  const greatest = useMemo(() => (isNeeded ? new Greatest(client, prefix, render) : null), [client, prefix, isNeeded]);
  useEffect(() => { greatest?.load(); }, [greatest]);
  useInterval(() => greatest?.load(), retryEvery);
  useShown(() => greatest?.restart());
  return greatest;
}

/** The rows that are on the screen, by the scroll position: `[ref of tbody, first, last]`. */
function useWindow(count) {
  const body = useRef();
  const render = useRender();
  useEffect(() => {
    let isAsked = false;
    const change = () => {
      if (isAsked) return;
      isAsked = true;
      requestAnimationFrame(() => {
        isAsked = false;
        render();
      });
    };
    addEventListener('scroll', change, { passive: true });
    addEventListener('resize', change);
    return () => {
      removeEventListener('scroll', change);
      removeEventListener('resize', change);
    };
  }, []);
  const top = body.current ? -body.current.getBoundingClientRect().top : 0;
  const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight) - overscan));
  const last = Math.min(count, Math.max(first, Math.ceil((top + innerHeight) / rowHeight) + overscan));
  return [body, first, last];
}

function Heading({ order, current, onPick, kind, children }) {
  const isCurrent = order === current;
  const direction = order === 'name' ? 'ascending' : 'descending';
  return html`<th scope="col" class=${kind} aria-sort=${isCurrent ? direction : 'none'}>
    <button onClick=${() => onPick(order)}>${children}${isCurrent && html`<span aria-hidden="true"> ${order === 'name' ? '↑' : '↓'}</span>`}</button>
  </th>`;
}

function Gap({ rows }) {
  return rows > 0 && html`<tr aria-hidden="true"><td colspan="5" style=${{ height: `${rows * rowHeight}px`, padding: 0 }}></td></tr>`;
}

function Row({ row, index }) {
  const { name, value, rate, history, expires_at } = row;
  const isGone = row.goneFor !== undefined;
  const direction = rate > 0 ? 'up' : rate < 0 ? 'down' : 'dim';
  return html`<tr class=${isGone ? 'gone' : ''} aria-rowindex=${index}>
    <td class="name"><a href=${addressOf(name)} title=${name}><bdi>${name}</bdi></a></td>
    <td class="number value">${isGone ? 'gone' : show(value)}</td>
    <td class=${`number wide ${direction}`}>${showRate(rate)}</td>
    <td class="wide"><${Sparkline} values=${history}/></td>
    <td class="wide dim">${expires_at && showDistance(expires_at)}</td>
  </tr>`;
}

function Footer({ table, rows, order }) {
  const hasMore = table.cursor !== null;
  const count = `${show(rows.length)} ${rows.length === 1 ? 'counter' : 'counters'}`;
  return html`<p class="dim">${count}${hasMore && ' so far'}.${' '}
    ${hasMore && rows.length >= rowsMax && 'A longer prefix finds the others. '}
    ${hasMore && order !== 'name' && `Sorted among these${order === 'rate' ? ': the server knows no rates' : ''}.`}</p>`;
}

function GreatestFooter({ rows, seen }) {
  return html`<p class="dim">The greatest ${show(rows.length)} of ${show(seen)} counters, asked for again every
    ${' '}${retryEvery / 1000} seconds.</p>`;
}

function Empty({ prefix, hasToken, isReadOnly }) {
  return html`<p class="note">${prefix ? html`No counter begins with <b class="text"><bdi>${prefix}</bdi></b>.` : 'There is no counter yet.'}
    ${!isReadOnly && html`${' '}This creates one: <code>${commandFor(prefix || 'x', 1n, hasToken)}</code>`}</p>`;
}

function NewCounter({ client, prefix, onCancel, onClose }) {
  const [name, setName] = useState(prefix);
  const [text, setText] = useState('0');
  const once = useOnce();
  const create = async (signal) => {
    const value = parseInteger(text);
    if (!name) throw new Error('A name is missing.');
    if (value === null) throw new Error('The value must be a whole number that fits in 64 bits.');
    try {
      await once(`${name} ${text}`, (options) => client.set(name, value, { ...options, ifVersion: null, signal }));
    } catch (error) {
      if (error.code === 'precondition-failed') throw new Error(`There is a counter ${name} already.`);
      throw error;
    }
    location.hash = addressOf(name);
  };
  return html`<${Dialog} title="New counter" action="Create" onSubmit=${create} onClose=${onClose}
      onCancel=${() => onCancel(`Cancelled: ${name} may have been created, or not.`)}>
    <${Field} label="Name" value=${name} onInput=${(event) => setName(event.target.value)} maxlength="256" autofocus/>
    <${Field} label="Value" value=${text} inputmode="numeric" onInput=${(event) => setText(event.target.value)}/>
  <//>`;
}
