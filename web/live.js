// Follows counters: an event stream that comes back by itself. Not by EventSource, which cannot send
// a token, and never comes back after a status other than 200.

import { parseJson, problemOf, ProblemError } from './api.js';

const targetBytesMax = 8000;  // the server takes 8192
const silenceMax = 40_000;    // ms: the server sends something every 15 s
const firstPause = 500;
const longestPause = 30_000;

/** The target of a stream of these counters, or of as many of the first ones as it has room for. */
export function targetOf(names) {
  let target = '/v1/events?names=';
  for (const name of names.slice(0, 100)) {
    const more = (target.endsWith('=') ? '' : ',') + encodeURIComponent(name);
    if (target.length + more.length > targetBytesMax) break;
    target += more;
  }
  return target;
}

/** Splits a stream into events, each an object of its fields: `{id, event, data, retry}`. */
export class EventParser {
  constructor() {
    this.rest = '';
  }

  /**
   * @param {string} text the next part of the stream
   * @returns {Record<string, string>[]} the events that it completes
   */
  feed(text) {
    const parts = (this.rest + text).split('\n\n');
    this.rest = parts.pop();
    return parts.map((part) => Object.fromEntries(part.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
    })));
  }
}

/**
 * Follows up to 100 counters until the returned function is called.
 * @param {import('./api.js').Client} client
 * @param {string[]} names
 * @param {{
 *   onState: (state: import('./api.js').State) => void,
 *   onGone: (name: string) => void,
 *   onStatus?: (status: 'live' | 'waiting' | 'refused', error?: Error) => void,
 * }} listener `refused`: the stream does not come back, for instance because a token is void
 * @returns {() => void}
 */
export function follow(client, names, listener) {
  const ending = new AbortController();
  run(client, targetOf(names), listener, ending.signal).catch((error) => {
    if (!ending.signal.aborted) listener.onStatus?.('refused', error);
  });
  return () => ending.abort();
}

async function run(client, target, listener, signal) {
  for (let failures = 0; !signal.aborted;) {
    const visit = new Visit(listener);
    let error;
    try {
      await visit.read(client, target, signal);
    } catch (cause) {
      if (signal.aborted) return;
      if (cause instanceof ProblemError && cause.status < 500) throw cause;
      error = cause;
    }
    if (signal.aborted) return;
    listener.onStatus?.('waiting', error);
    failures = visit.hasBegun ? 0 : failures + 1;
    const pause = visit.hasBegun || visit.isBusy
      ? visit.retry : Math.random() * Math.min(longestPause, firstPause * 2 ** failures);
    await sleep(pause, signal);
  }
}

// One connection.
class Visit {
  constructor(listener) {
    this.listener = listener;
    this.retry = 2000;
    this.hasBegun = false;
    this.isBusy = false;
  }

  async read(client, target, signal) {
    const silence = new AbortController();
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMax);
    };
    watch();
    try {
      const response = await fetch(client.url + target, {
        headers: { ...client.headers(), Accept: 'text/event-stream' },
        cache: 'no-store',
        signal: AbortSignal.any([signal, silence.signal]),
      });
      if (!response.ok) throw new ProblemError(response.status, problemOf(await response.text()));
      const parser = new EventParser();
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        watch();
        for (const event of parser.feed(decoder.decode(value, { stream: true }))) this.take(event);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  take({ event = '', data, retry }) {
    if (retry !== undefined) this.retry = Number(retry);
    if (event === 'busy') {
      this.isBusy = true;
    } else if (event === 'gone') {
      this.begin();
      this.listener.onGone(parseJson(data).name);
    } else if (event === '' && data !== undefined) {
      this.begin();
      this.listener.onState(parseJson(data));
    }
  }

  begin() {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.listener.onStatus?.('live');
  }
}

function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
