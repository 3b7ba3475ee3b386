// The page: which view is shown, and whether the server responds.

import { Client, isToken } from './api.js';
import { Counter } from './counter.js';
import { Counters } from './counters.js';
import { Field } from './dialog.js';
import { useInterval } from './hooks.js';
import { html, render, useCallback, useEffect, useMemo, useState } from './preact.js';
import { Server } from './server.js';

/** What the address names: `#/`, `#/?prefix=page%2F`, `#/counter/NAME`, `#/server`. */
function routeOf(hash) {
  const counter = /^#\/counter\/(.+)$/s.exec(hash);
  try {
    if (counter) return { view: 'counter', name: decodeURIComponent(counter[1]) };
  } catch { /* not encoded: the list is as good as anything */ }
  if (hash === '#/server') return { view: 'server' };
  return { view: 'counters', prefix: new URLSearchParams(hash.split('?')[1] ?? '').get('prefix') ?? '' };
}

function useRoute() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const change = () => setHash(location.hash);
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return useMemo(() => routeOf(hash), [hash]);
}

const infoEvery = 10_000;  // ms: a reload of the server's configuration may change it

/** A client with the token, and what the server says of itself; null until it has responded. */
function useServer() {
  const [token, setToken] = useState('');
  const client = useMemo(() => new Client('', { token }), [token]);
  const [info, setInfo] = useState(null);
  const load = () => { client.info().then(setInfo, () => {}); };  // views say what is wrong
  useEffect(load, [client]);
  useInterval(load, infoEvery);
  return { client, info, setToken };
}

function App() {
  const route = useRoute();
  const { client, info, setToken } = useServer();
  const [status, setStatus] = useState({ kind: 'waiting' });
  const [isLocked, setLocked] = useState(false);
  const [reason, setReason] = useState('');
  const onStatus = useCallback((kind, error) => {
    setStatus({ kind, error });
    if (error?.status !== 401) return;
    // Who has sent none is asked for one, in words that are not for programs.
    setReason(client.token ? error.message : '');
    setLocked(true);
  }, [client]);
  const unlock = (token) => {
    setToken(token);
    setLocked(false);
  };
  useEffect(() => {
    document.title = { counter: `${route.name} – counterd`, server: 'Server – counterd' }[route.view] ?? 'counterd';
  }, [route]);
  const isReadOnly = info?.read_only ?? false;
  const isAway = status.kind === 'waiting' && Boolean(status.error);
  return html`
    <header>
      <a class="brand" href="#/">counterd</a>
      <nav>
        <a href="#/" aria-current=${route.view === 'counters' ? 'page' : undefined}>Counters</a>
        <a href="#/server" aria-current=${route.view === 'server' ? 'page' : undefined}>Server</a>
      </nav>
      ${isReadOnly && html`<span class="badge">read-only</span>`}
      <${Status} ...${status} isLocked=${isLocked}/>
    </header>
    <main>${isLocked
      ? html`<${Login} reason=${reason} onToken=${unlock}/>`
      : html`<${View} route=${route} client=${client} info=${info} isReadOnly=${isReadOnly}
                        isAway=${isAway} onStatus=${onStatus}/>`}
    </main>`;
}

function View({ route, ...rest }) {
  if (route.view === 'counter') return html`<${Counter} key=${route.name} name=${route.name} ...${rest}/>`;
  if (route.view === 'server') return html`<${Server} ...${rest}/>`;
  return html`<${Counters} prefix=${route.prefix} ...${rest}/>`;
}

const words = { live: 'live', waiting: 'connecting', refused: 'refused', busy: 'too many streams: read every 5 s' };

function Status({ kind, error, isLocked }) {
  const text = isLocked ? 'locked' : kind === 'waiting' && error ? 'the server does not respond; trying again' : words[kind];
  return html`<span class=${`status ${isLocked ? 'waiting' : kind}`} role="status">${text}</span>`;
}

function Login({ reason, onToken }) {
  const [text, setText] = useState('');
  const [error, setError] = useState(reason);
  const submit = (event) => {
    event.preventDefault();
    const token = text.trim();
    if (isToken(token) && token.startsWith('ctr_')) onToken(token);
    else if (isToken(token)) setError('This is no token of a counterd: copy all of it, from ctr_ on.');
    else setError('A token has only letters, digits and _: it may have been changed when it was copied.');
  };
  return html`<form class="login" onSubmit=${submit}>
    <h1>Token required</h1>
    <p>This server shows its counters to those who have a token. The page keeps it until you close or
      reload it, and sends it to this server only.</p>
    ${error && html`<p class="note error" role="alert">${error}</p>`}
    <${Field} label="Token" type="password" value=${text} onInput=${(event) => setText(event.target.value)} autofocus/>
    <button class="primary" disabled=${!text.trim()}>Enter</button>
  </form>`;
}

render(html`<${App}/>`, document.getElementById('app'));
