// The list of counters.

import { Sparkline } from './chart.js';
import { Dialog, Field } from './dialog.js';
import { useFollow, useInterval, useKey, useRender } from './hooks.js';
import { parseInteger, show, showDistance, showRate } from './number.js';
import { html, useCallback, useEffect, useRef, useState } from './preact.js';
import { Table } from './table.js';

const pageSize = 100;
const rowsMax = 20_000;    // then a prefix finds more than scrolling
const refreshEvery = 5000; // ms
const followedMax = 100;   // the limit of a stream
const rowHeight = 41;      // px, as in style.css
const overscan = 10;       // rows above and below what is seen

export function addressOf(name) {
  return `#/counter/${encodeURIComponent(name)}`;
}

export function Counters({ client, prefix, isReadOnly, onStatus }) {
  const { table, isLoaded, error, more } = useList(client, prefix, onStatus);
  const [order, setOrder] = useState('name');
  const [dialog, setDialog] = useState(false);
  const render = useRender();
  const search = useRef();
  useKey('/', () => search.current.focus());
  useInterval(() => {
    table.tick();
    render();
  }, 1000);
  const rows = table.sorted(order);
  const [body, first, last] = useWindow(rows.length);
  const seen = rows.slice(first, last);
  useFollow(client, useSettled(seen.slice(0, followedMax).map((row) => row.name)), {
    onState: (state) => table.put(state) && render(),
    onGone: (name) => {
      table.remove(name);
      render();
    },
    onStatus,
  });
  useEffect(() => {
    if (last > rows.length - overscan && rows.length < rowsMax) more();
  }, [last, rows.length]);
  const open = (event) => {
    const text = event.target.value;
    history.replaceState(null, '', text ? `#/?prefix=${encodeURIComponent(text)}` : '#/');
    dispatchEvent(new HashChangeEvent('hashchange'));
  };
  return html`
    <h1>Counters</h1>
    <div class="bar">
      <input ref=${search} type="search" aria-label="Prefix of the names" placeholder="Prefix, such as page/   ( / )"
             value=${prefix} maxlength="256" spellcheck=${false} onInput=${open}/>
      ${!isReadOnly && html`<button class="primary" onClick=${() => setDialog(true)}>New counter</button>`}
    </div>
    ${error && html`<p class="note error" role="alert">${error.message}</p>`}
    ${isLoaded && rows.length === 0 && html`<${Empty} prefix=${prefix}/>`}
    ${rows.length > 0 && html`
      <table class=${error ? 'stale' : ''} aria-rowcount=${table.cursor === null ? rows.length + 1 : -1}>
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
      <${Footer} table=${table} rows=${rows} order=${order}/>`}
    ${dialog && html`<${NewCounter} client=${client} prefix=${prefix} onClose=${() => setDialog(false)}/>`}`;
}

/** The pages that are loaded, and how to load the next one. */
function useList(client, prefix, onStatus) {
  const [state, setState] = useState({ table: new Table(), isLoaded: false, error: null });
  const loading = useRef(false);
  const render = useRender();
  useEffect(() => {
    let isStopped = false;
    const table = new Table();
    loading.current = true;
    const timer = setTimeout(async () => {
      try {
        table.append(await client.list({ prefix, limit: pageSize }));
        if (isStopped) return;
        setState({ table, isLoaded: true, error: null });
        if (table.rows.size === 0) onStatus('live');  // there is no stream to tell
      } catch (error) {
        if (isStopped) return;
        setState({ table, isLoaded: false, error });
        onStatus(error.status ? 'refused' : 'waiting', error);
      } finally {
        loading.current = false;
      }
    }, state.isLoaded ? 150 : 0);  // somebody is typing
    return () => {
      isStopped = true;
      clearTimeout(timer);
    };
  }, [client, prefix]);
  useInterval(async () => {
    if (loading.current) return;
    loading.current = true;
    const { table } = state;
    try {
      table.refresh(await client.list({ prefix, limit: pageSize }));
      setState((now) => (now.table === table ? { table, isLoaded: true, error: null } : now));
    } catch (error) {
      setState((now) => (now.table === table ? { ...now, error } : now));
    } finally {
      loading.current = false;
    }
  }, refreshEvery);
  const more = useCallback(async () => {
    const { table } = state;
    if (loading.current || !table.cursor) return;
    loading.current = true;
    try {
      table.append(await client.list({ prefix, limit: pageSize, cursor: table.cursor }));
      render();
    } catch { /* the next refresh shows the error */ } finally {
      loading.current = false;
    }
  }, [state]);
  return { ...state, more };
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

/** The latest list of names that stayed for a moment: scrolling makes no stream for each row. */
function useSettled(names) {
  const [settled, setSettled] = useState(names);
  const key = JSON.stringify([...names].sort());
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(key)), 300);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
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
  const { name, value, rate, history, expires_at, isGone } = row;
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
    ${hasMore && order !== 'name' && 'Sorted among these: the server lists by name.'}</p>`;
}

function Empty({ prefix }) {
  const command = `curl "${location.origin}/inc?name=${encodeURIComponent(prefix || 'x')}"`;
  return html`<p class="note">${prefix ? html`No counter begins with <b><bdi>${prefix}</bdi></b>.` : 'There is no counter yet.'}
    ${' '}This creates one: <code>${command}</code></p>`;
}

function NewCounter({ client, prefix, onClose }) {
  const [name, setName] = useState(prefix);
  const [text, setText] = useState('0');
  const create = async () => {
    const value = parseInteger(text);
    if (!name) throw new Error('A name is missing.');
    if (value === null) throw new Error('The value must be a whole number of 64 bits.');
    try {
      await client.set(name, value, { ifVersion: null });
    } catch (error) {
      if (error.code === 'precondition-failed') throw new Error(`There is a counter ${name} already.`);
      throw error;
    }
    location.hash = addressOf(name);
  };
  return html`<${Dialog} title="New counter" action="Create" onSubmit=${create} onClose=${onClose}>
    <${Field} label="Name" value=${name} onInput=${(event) => setName(event.target.value)} maxlength="256" autofocus/>
    <${Field} label="Value" value=${text} inputmode="numeric" onInput=${(event) => setText(event.target.value)}/>
  <//>`;
}
