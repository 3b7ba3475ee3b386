// Follows counters: an event stream that comes back by itself. Not by EventSource, which cannot send
// a token, and never comes back after a status other than 200.

import { parseJson, problemOf, ProblemError, sleep, textOf } from './api.js';

const silenceMax = 40_000;    // ms: the server sends something every 15 s
const firstPause = 500;
const longestPause = 30_000;
const refusedPause = 10_000;  // a right may come back
const retryMax = 60_000;
const eventMax = 2 ** 20;     // characters of an event that is not complete

/**
 * The target of a stream of `{ names }`, up to 100 counters, or of all with a `{ prefix }`.
 * @param {{names?: string[], prefix?: string}} what
 */
export function targetOf({ names, prefix = '' }) {
  return names ? `/v1/events?names=${names.map(encodeURIComponent)}` : `/v1/events?prefix=${encodeURIComponent(prefix)}`;
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
    this.rest = parts.pop() ?? '';
    if (this.rest.length > eventMax) throw new RangeError('the event is too large');
    return parts.map((part) => Object.fromEntries(part.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
    })));
  }
}

/**
 * @typedef {{
 *   onState: (state: import('./api.js').State) => unknown,
 *   onGone: (name: string) => unknown,
 *   onBegin?: () => void,
 *   onReady?: (hasMore: boolean) => unknown,
 *   onStatus?: (status: 'live' | 'waiting' | 'busy' | 'refused', error?: unknown) => void,
 * }} Listener `onBegin`: what was told before is void; then come the states, and of a prefix
 *   `onReady`. `busy`: the server has no room for the stream, which tries again. If one returns a
 *   promise, the stream is read on when that is settled.
 */

/**
 * Follows counters until the returned function is called, or a token is refused.
 * @param {import('./api.js').Client} client
 * @param {{names?: string[], prefix?: string}} what
 * @param {Listener} listener
 * @returns {() => void}
 */
export function follow(client, what, listener) {
  const ending = new AbortController();
  run(client, targetOf(what), listener, ending.signal);
  return () => ending.abort();
}

/**
 * @param {import('./api.js').Client} client
 * @param {string} target
 * @param {Listener} listener
 * @param {AbortSignal} signal
 */
async function run(client, target, listener, signal) {
  for (let failures = 0; !signal.aborted;) {
    const visit = new Visit(listener);
    /** @type {any} */
    let error;
    try {
      await visit.read(client, target, signal);
    } catch (cause) {
      error = cause;
    }
    if (signal.aborted) return;
    const isRefused = error instanceof ProblemError && error.status < 500 && error.status !== 408;
    listener.onStatus?.(isRefused ? 'refused' : visit.isBusy ? 'busy' : 'waiting', error);
    if (error?.status === 401) return;
    failures = visit.hasBegun ? 0 : failures + 1;
    let pause = Math.random() * Math.min(longestPause, firstPause * 2 ** failures);
    if (visit.hasBegun || visit.isBusy) pause = visit.retry;
    else if (isRefused) pause = refusedPause;
    await sleep(pause, signal);
  }
}

// One connection.
class Visit {
  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
    this.retry = 2000;
    this.hasBegun = false;
    this.isBusy = false;
  }

  /**
   * @param {import('./api.js').Client} client
   * @param {string} target
   * @param {AbortSignal} signal
   */
  async read(client, target, signal) {
    const ending = new AbortController();
    const abort = () => ending.abort();
    signal.addEventListener('abort', abort);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer = setTimeout(abort, silenceMax);
    try {
      const response = await fetch(client.url + target, {
        headers: { ...client.headers(), Accept: 'text/event-stream' },
        cache: 'no-store',
        redirect: 'manual',
        signal: ending.signal,
      });
      if (!response.ok) throw new ProblemError(response.status, problemOf(await textOf(response)));
      const parser = new EventParser();
      const decoder = new TextDecoder();
      const reader = response.body?.getReader();
      for (;;) {
        const { done, value } = await reader?.read() ?? { done: true };
        if (done) return;
        clearTimeout(timer);
        for (const event of parser.feed(decoder.decode(value, { stream: true }))) {
          const taken = this.take(event);
          // Only then: a page that gets many events at once renders once.
          if (taken instanceof Promise) await taken;
          if (signal.aborted) return;
        }
        timer = setTimeout(abort, silenceMax);
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      abort();
    }
  }

  /**
   * @param {Record<string, string>} event
   * @returns {unknown} what the listener returns
   */
  take({ event = '', data, retry }) {
    if (retry !== undefined) {
      this.retry = Math.min(Number(retry) || this.retry, retryMax);
    } else if (event === 'busy') {
      this.isBusy = true;
    } else if (event === 'reset') {
      this.listener.onBegin?.();
    } else if (data !== undefined && ['', 'gone', 'ready'].includes(event)) {  // without data it is a comment
      this.begin();
      if (event === 'gone') return this.listener.onGone(parseJson(data).name);
      if (event === 'ready') return this.listener.onReady?.(parseJson(data).has_more);
      return this.listener.onState(parseJson(data));
    }
    return undefined;
  }

  begin() {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.listener.onBegin?.();
    this.listener.onStatus?.('live');
  }
}
