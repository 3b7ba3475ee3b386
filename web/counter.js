// One counter: its value as it moves, and what one can do to it.

import { Chart } from './chart.js';
import { Dialog, Field } from './dialog.js';
import { useFollow, useInterval, useOnce, useRender } from './hooks.js';
import { commandFor } from './names.js';
import { parseInteger, show, showDistance } from './number.js';
import { html, useEffect, useMemo, useState } from './preact.js';

const pointsMax = 3600;  // an hour of a counter that changes each second

export function Counter({ client, name, isReadOnly, isAway, onStatus }) {
  const [state, setState] = useState(undefined);  // undefined: not told yet; null: it does not exist
  const [error, setError] = useState(null);
  const [message, setMessage] = useState(null);
  const [dialog, setDialog] = useState('');
  const [amount, setAmount] = useState('1');
  const points = useMemo(() => [[], []], [name]);
  useInterval(useRender(), 1000);  // for `in 5 s`
  const take = (next) => {
    setState(next);
    setError(null);
    if (next) append(points, Number(next.value));
  };
  useFollow(client, useMemo(() => ({ names: [name] }), [name]), {
    onState: take,
    onGone: () => take(null),
    onStop: () => append(points, null),
    onPoll: () => client.get(name).then(take, (cause) => (cause.status === 404 ? take(null) : setError(cause))),
    onStatus: (status, cause) => {
      if (status === 'refused') setError(cause);
      onStatus(status, cause);
    },
  });
  const close = () => setDialog('');
  const tell = (text) => setMessage({ text });
  const isKnown = Boolean(state) && !error && !isAway;
  useEffect(() => append(points, isKnown ? Number(state.value) : null), [points, isKnown]);
  return html`
    <p><a href="#/">← Counters</a></p>
    <h1 class="text"><bdi>${name}</bdi></h1>
    <p class=${`big ${error || isAway ? 'stale' : ''}`}>${state ? show(state.value) : state === null ? '—' : '…'}</p>
    <p class="dim">${describe(state, isReadOnly)}</p>
    ${error && html`<p class="note error" role="alert">${error.message}</p>`}
    <${Chart} data=${points} now=${Date.now() / 1000}/>
    ${!isReadOnly && html`
      <${Adder} client=${client} name=${name} text=${amount} onText=${setAmount} onDone=${tell} onError=${(text) => setMessage({ text, isError: true })}>
        <button type="button" onClick=${() => setDialog('set')}>Set…</button>
        <button type="button" class="danger" disabled=${state === null} onClick=${() => setDialog('delete')}>Delete…</button>
      <//>`}
    <div role="status">${message && html`<p class=${`note ${message.isError ? 'error' : ''}`}>${message.text}</p>`}</div>
    <${ShellLine} name=${name} amount=${isReadOnly ? null : amount} hasToken=${Boolean(client.token)}/>
    ${dialog === 'set' && html`<${SetDialog} client=${client} name=${name} state=${state} onDone=${tell} onClose=${close}/>`}
    ${dialog === 'delete' && html`<${DeleteDialog} client=${client} name=${name} state=${state} onDone=${tell} onClose=${close}/>`}`;
}

// Browsers have a clipboard where nobody on the way can have changed the page: over https, and on this machine.
function ShellLine({ name, amount, hasToken }) {
  const [copied, setCopied] = useState('');
  const delta = amount === null ? null : parseInteger(amount);
  if (amount !== null && delta === null) return null;  // the button does nothing, either
  const command = commandFor(name, delta, hasToken);
  const copy = () => navigator.clipboard.writeText(command).then(() => setCopied(command), () => setCopied(''));
  return html`<p class="dim">From a shell: <code>${command}</code>
    ${navigator.clipboard && html` <button type="button" onClick=${copy}>${copied === command ? 'Copied' : 'Copy'}</button>`}</p>`;
}

// The value null: it is not known from now on.
function append(points, value) {
  const last = points[1].at(-1);
  if (value === null && (last === null || last === undefined)) return;
  const now = Date.now() / 1000;
  points[0].push(now);
  points[1].push(value ?? last);
  if (value === null) {
    points[0].push(now);
    points[1].push(null);
  }
  while (points[0].length > pointsMax)
    for (const column of points) column.shift();
}

function describe(state, isReadOnly) {
  if (state === undefined) return 'connecting';
  if (state === null) return `There is no such counter.${isReadOnly ? '' : ' Adding to it, or setting it, creates it.'}`;
  return `version ${state.version}${state.expires_at ? `, expires ${showDistance(state.expires_at)}` : ''}`;
}

function Adder({ client, name, text, onText, onDone, onError, children }) {
  const [isBusy, setBusy] = useState(false);
  const once = useOnce();
  const add = async (event) => {
    event.preventDefault();
    const delta = parseInteger(text);
    if (delta === null) return onError('The amount must be a whole number that fits in 64 bits.');
    setBusy(true);
    try {
      await once(text, (options) => client.add(name, delta, options));
      onDone(`Added ${show(delta)}.`);
    } catch (error) {
      onError(error.message);
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  return html`<form class="bar" onSubmit=${add}>
    <input size="8" inputmode="numeric" aria-label="Amount" value=${text} autocomplete="off" onInput=${(event) => onText(event.target.value)}/>
    <button class="primary" disabled=${isBusy}>Add</button>
    ${children}
  </form>`;
}

const conflict = 'It has changed since you opened this. Press again to do it anyway.';

/**
 * A change that is made only if the counter is as it was when the dialog opened; if that is known.
 * Once somebody else has changed it, pressing again does it anyway.
 */
function useCondition(state) {
  const [seen] = useState(state);
  const [isForced, setForced] = useState(false);
  const once = useOnce();
  const change = async (what, make) => {
    const condition = isForced || seen === undefined ? {} : { ifVersion: seen ? seen.version : null };
    try {
      await once(`${what} ${isForced}`, (options) => make({ ...options, ...condition }));
    } catch (error) {
      if (error.code !== 'precondition-failed') throw error;
      setForced(true);
      throw new Error(conflict);
    }
  };
  return [change, isForced];
}

function describeValue(state) {
  if (state === undefined) return 'Its value is not known.';
  return state ? `It is ${show(state.value)} now.` : 'It does not exist.';
}

function SetDialog({ client, name, state, onDone, onClose }) {
  const [text, setText] = useState(state ? String(state.value) : '0');
  const [change, isForced] = useCondition(state);
  const set = async (signal) => {
    const value = parseInteger(text);
    if (value === null) throw new Error('The value must be a whole number that fits in 64 bits.');
    await change(text, (options) => client.set(name, value, { ...options, signal }));
    onDone(`Set to ${show(value)}.`);
  };
  return html`<${Dialog} title=${`Set ${name}`} action=${isForced ? 'Set anyway' : 'Set'} onSubmit=${set} onClose=${onClose}
      onCancel=${() => onDone('Cancelled: it may have been set, or not.')}>
    <${Field} label="Value" value=${text} inputmode="numeric" onInput=${(event) => setText(event.target.value)} autofocus/>
    <p class="dim">${describeValue(state)}</p>
  <//>`;
}

function DeleteDialog({ client, name, state, onDone, onClose }) {
  const [text, setText] = useState('');
  const [change, isForced] = useCondition(state);
  const remove = async (signal) => {
    await change('delete', (options) => client.delete(name, { ...options, signal }));
    onDone('Deleted.');
  };
  return html`<${Dialog} title=${`Delete ${name}`} action=${isForced ? 'Delete anyway' : 'Delete'} isDanger
      isDisabled=${text !== name} onSubmit=${remove} onClose=${onClose}
      onCancel=${() => onDone('Cancelled: it may have been deleted, or not.')}>
    <p>${describeValue(state)} It would be lost.</p>
    <${Field} label="Type the name to delete it" value=${text} onInput=${(event) => setText(event.target.value)} autofocus/>
  <//>`;
}
