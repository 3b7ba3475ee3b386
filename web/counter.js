// One counter: its value as it moves, and what one can do to it.

import { UnreachableError } from './api.js';
import { Chart } from './chart.js';
import { Dialog, Field } from './dialog.js';
import { useFollow, useInterval, useRender } from './hooks.js';
import { parseInteger, show, showDistance } from './number.js';
import { html, useMemo, useState } from './preact.js';

const pointsMax = 3600;  // an hour of a counter that changes each second

export function Counter({ client, name, isReadOnly, onStatus }) {
  const [state, setState] = useState(undefined);  // undefined: not told yet; null: it does not exist
  const [error, setError] = useState(null);
  const [message, setMessage] = useState(null);
  const [dialog, setDialog] = useState('');
  const points = useMemo(() => [[], []], [name]);
  useInterval(useRender(), 1000);  // for `in 5 s`
  useFollow(client, useMemo(() => [name], [name]), {
    onState: (next) => {
      setState(next);
      setError(null);
      append(points, Number(next.value));
    },
    onGone: () => {
      setState(null);
      setError(null);
    },
    onStatus: (status, cause) => {
      if (status === 'refused') setError(cause);
      onStatus(status, cause);
    },
  });
  const close = () => setDialog('');
  const tell = (text) => setMessage({ text });
  return html`
    <p><a href="#/">← Counters</a></p>
    <h1><bdi>${name}</bdi></h1>
    <p class=${`big ${error ? 'stale' : ''}`}>${state ? show(state.value) : state === null ? '—' : '…'}</p>
    <p class="dim">${describe(state)}</p>
    ${error && html`<p class="note error" role="alert">${error.message}</p>`}
    <${Chart} data=${points} last=${points[0].at(-1)}/>
    ${!isReadOnly && html`
      <${Adder} client=${client} name=${name} onDone=${tell} onError=${(text) => setMessage({ text, isError: true })}>
        <button type="button" onClick=${() => setDialog('set')}>Set…</button>
        <button type="button" class="danger" disabled=${!state} onClick=${() => setDialog('delete')}>Delete…</button>
      <//>`}
    <div role="status">${message && html`<p class=${`note ${message.isError ? 'error' : ''}`}>${message.text}</p>`}</div>
    <p class="dim">From a shell: <code>${commandFor(name)}</code></p>
    ${dialog === 'set' && html`<${SetDialog} client=${client} name=${name} state=${state} onDone=${tell} onClose=${close}/>`}
    ${dialog === 'delete' && html`<${DeleteDialog} client=${client} name=${name} state=${state} onDone=${tell} onClose=${close}/>`}`;
}

function append(points, value) {
  points[0].push(Date.now() / 1000);
  points[1].push(value);
  if (points[0].length > pointsMax)
    for (const column of points) column.shift();
}

function describe(state) {
  if (state === undefined) return 'connecting';
  if (state === null) return 'There is no such counter. Adding to it, or setting it, creates it.';
  return `version ${state.version}${state.expires_at ? `, expires ${showDistance(state.expires_at)}` : ''}`;
}

function commandFor(name) {
  const quoted = `'${location.origin}/v1/counters/${encodeURIComponent(name).replaceAll("'", '%27')}'`;
  return `curl -d delta=1 ${quoted}`;
}

function Adder({ client, name, onDone, onError, children }) {
  const [text, setText] = useState('1');
  const [isBusy, setBusy] = useState(false);
  // What is sent again keeps its key, so that it counts once.
  const [unsettled, setUnsettled] = useState(null);
  const add = async (event) => {
    event.preventDefault();
    const delta = parseInteger(text);
    if (delta === null) return onError('The amount must be a whole number of 64 bits.');
    setBusy(true);
    try {
      const key = unsettled?.text === text ? unsettled.key : undefined;
      await client.add(name, delta, key ? { key } : {});
      setUnsettled(null);
      onDone(`Added ${show(delta)}.`);
    } catch (error) {
      if (error instanceof UnreachableError) {
        setUnsettled({ text, key: error.key });
        onError('No answer: it may or may not have been added. Press Add again: it counts once.');
      } else {
        setUnsettled(null);
        onError(error.message);
      }
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  return html`<form class="bar" onSubmit=${add}>
    <input size="8" inputmode="numeric" aria-label="Amount" value=${text} autocomplete="off" onInput=${(event) => setText(event.target.value)}/>
    <button class="primary" disabled=${isBusy}>Add</button>
    ${children}
  </form>`;
}

const conflict = 'It has changed since you opened this. Press again to do it anyway.';

/**
 * A change that is made only if the counter is as it was when the dialog opened. Once somebody else
 * has changed it, pressing again does it anyway.
 */
function useCondition(state) {
  const [seen] = useState(state ? state.version : null);
  const [isForced, setForced] = useState(false);
  const change = async (make) => {
    try {
      await make(isForced ? {} : { ifVersion: seen });
    } catch (error) {
      if (error.code !== 'precondition-failed') throw error;
      setForced(true);
      throw new Error(conflict);
    }
  };
  return [change, isForced];
}

function SetDialog({ client, name, state, onDone, onClose }) {
  const [text, setText] = useState(state ? String(state.value) : '0');
  const [change, isForced] = useCondition(state);
  const set = async () => {
    const value = parseInteger(text);
    if (value === null) throw new Error('The value must be a whole number of 64 bits.');
    await change((condition) => client.set(name, value, condition));
    onDone(`Set to ${show(value)}.`);
  };
  return html`<${Dialog} title=${`Set ${name}`} action=${isForced ? 'Set anyway' : 'Set'} onSubmit=${set} onClose=${onClose}>
    <${Field} label="Value" value=${text} inputmode="numeric" onInput=${(event) => setText(event.target.value)} autofocus/>
    <p class="dim">It is ${state ? show(state.value) : 'gone'} now.</p>
  <//>`;
}

function DeleteDialog({ client, name, state, onDone, onClose }) {
  const [text, setText] = useState('');
  const [change, isForced] = useCondition(state);
  const remove = async () => {
    await change((condition) => client.delete(name, condition));
    onDone('Deleted.');
  };
  return html`<${Dialog} title=${`Delete ${name}`} action=${isForced ? 'Delete anyway' : 'Delete'} isDanger
      isDisabled=${text !== name} onSubmit=${remove} onClose=${onClose}>
    <p>Its value, ${state ? show(state.value) : '—'}, is lost.</p>
    <${Field} label="Type the name to delete it" value=${text} onInput=${(event) => setText(event.target.value)} autofocus/>
  <//>`;
}
