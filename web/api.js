// A client of counterd's HTTP API, for browsers and for Node 20 or later. It needs nothing else.
//
// Values are 64-bit integers. A value that a double holds exactly is a number, any other a BigInt;
// both may be passed. Every write carries an Idempotency-Key and is repeated until its response
// arrives, so that it counts exactly once whatever breaks on the way. What a client may repeat is
// in docs/API.md, "Retries".

/**
 * @typedef {number | bigint} Integer
 * @typedef {{name: string, value: Integer, version: Integer, expires_at: string | null}} State
 */

/** The server has refused a request: its problem details (RFC 9457). */
export class ProblemError extends Error {
  /**
   * @param {number} status
   * @param {Record<string, any>} problem
   */
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `the server responds with status ${status}`);
    this.name = 'ProblemError';
    this.status = status;
    /** Says what is wrong, for programs: `limit-reached`, `precondition-failed`, ... */
    this.code = problem.code ?? '';
    this.problem = problem;
  }
}

/** No response has come in time. A write may have been carried out, unless `isKnown`. */
export class UnreachableError extends Error {
  /**
   * @param {string} detail
   * @param {{key?: string, isKnown: boolean, cause?: unknown}} about
   */
  constructor(detail, { key, isKnown, cause }) {
    super(detail, { cause });
    this.name = 'UnreachableError';
    /** The Idempotency-Key with which the write may be sent again; it counts once. */
    this.key = key;
    /** True: nothing was changed. */
    this.isKnown = isKnown;
  }
}

// The strings and numbers of JSON.
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
// An integer that a double may not hold.
const longInteger = /^-?\d{16,}$/;

/**
 * Parses JSON, and loses no digit of an integer.
 * @param {string} text
 * @returns {any}
 */
export function parseJson(text) {
  const marked = text.replace(tokens, (token) => (longInteger.test(token) ? `{"$int":"${token}"}` : token));
  return JSON.parse(marked, (_, value) => {
    if (typeof value?.$int !== 'string') return value;
    const exact = BigInt(value.$int);
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
  });
}

/**
 * Writes JSON, with integers of any size.
 * @param {object} value
 */
export function toJson(value) {
  /** @type {bigint[]} */
  const integers = [];
  const text = JSON.stringify(value, (_, item) => {
    if (typeof item !== 'bigint') return item;
    integers.push(item);
    return { $int: integers.length - 1 };
  });
  return text.replace(/\{"\$int":(\d+)\}/g, (_, index) => integers[index].toString());
}

const firstPause = 50;  // ms
const longestPause = 5000;

const bodyMax = 2 ** 24;   // characters

// Refusals that are decided after the server has looked the key up: no earlier attempt was carried out.
const settling = ['not-found', 'limit-reached', 'overflow', 'precondition-failed', 'idempotency-mismatch',
                  'too-many-counters', 'idempotency-store-full'];
// The server has done nothing, and says why another attempt would do better, or would not.
const notNow = ['overloaded', 'draining', 'unavailable'];
const never = ['internal', 'too-many-counters', 'idempotency-store-full', 'disk-full'];
// What Node says if there was no connection. Browsers do not say.
const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

/**
 * Full jitter: clients that failed together do not come back together.
 * @param {number} attempt
 */
function pauseBefore(attempt) {
  return Math.random() * Math.min(longestPause, firstPause * 2 ** attempt);
}

/**
 * RFC 9110 section 10.2.3: seconds, or of a proxy also a date. In milliseconds.
 * @param {Response} response
 */
function retryAfter(response) {
  const text = response.headers.get('Retry-After') ?? '';
  const pause = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(pause) ? Math.max(0, pause) : 0;
}

/**
 * Ends early, without an error, when the signal is aborted.
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end);
  });
}

/**
 * The text of a response, up to a bound: whoever answers is not always a counterd.
 * @param {Response} response
 */
export async function textOf(response) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader?.read() ?? { done: true };
    if (done) return text;
    text += decoder.decode(value, { stream: true });
    if (text.length > bodyMax) {
      await reader?.cancel();
      throw new RangeError('the response is too large');
    }
  }
}

/** A key that nobody else has. */
export function newKey() {
  return globalThis.crypto?.randomUUID?.()
    ?? Array.from({ length: 4 }, () => Math.random().toString(36).slice(2)).join('-');
}

/**
 * Returns true if a field can have the text as a token, or if it is empty.
 * @param {string} text
 */
export function isToken(text) {
  return /^[\w.~+/=-]*$/.test(text);
}

// What a success has if it is a counterd's.

/** @param {any} value */
function isState(value) {
  return typeof value?.name === 'string' && isInteger(value.value) && isInteger(value.version);
}

/** @param {any} value */
function isInteger(value) {
  return typeof value === 'bigint' || Number.isInteger(value);
}

/** @param {any} value */
function isList(value) {
  return Array.isArray(value?.counters) && value.counters.every(isState);
}

/** @param {any} value */
export function isPage(value) {
  return isList(value) && (value.next_cursor === null || (typeof value.next_cursor === 'string' && value.next_cursor !== ''));
}

/** @param {string} name */
function pathOf(name) {
  // A browser would take these for steps in a path, even when they are encoded.
  if (name === '.' || name === '..')
    throw new RangeError(`a path cannot have the name ${name}: use a batch`);
  return `/v1/counters/${encodeURIComponent(name)}`;
}

/**
 * @typedef {{
 *   key?: string,
 *   ifVersion?: Integer | null,
 *   signal?: AbortSignal,
 *   min?: Integer, max?: Integer, on_limit?: 'reject' | 'clamp', initial?: Integer, create?: boolean,
 *   ttl?: Integer, ttl_mode?: 'if_absent' | 'refresh' | 'persist',
 * }} Options
 * @typedef {State & {previous: Integer | null, applied?: Integer, created: boolean}} Change
 */

export class Client {
  /**
   * @param {string} url of the server, without a path; empty: that of the page
   * @param {{token?: string, giveUpAfter?: number, timeout?: number, keyTtl?: number}} options `giveUpAfter`: how
   *   long a request is repeated; `timeout`: how long one attempt may take; `keyTtl`: how long the server remembers
   *   the key of a write, by default as long as it can. In milliseconds.
   */
  constructor(url = '', { token = '', giveUpAfter = 10_000, timeout = 5_000, keyTtl = 0 } = {}) {
    if (!isToken(token)) throw new RangeError('a token has only letters, digits and _');
    if (keyTtl && giveUpAfter + timeout > keyTtl) throw new RangeError('a key must live as long as its attempts');
    this.url = url.replace(/\/$/, '');
    this.token = token;
    this.giveUpAfter = giveUpAfter;
    this.timeout = timeout;
    this.keyTtl = keyTtl;
  }

  /**
   * @param {string} name
   * @param {{signal?: AbortSignal}} options
   * @returns {Promise<State>}
   */
  get(name, { signal } = {}) {
    return this.ask('GET', pathOf(name), { signal, isOurs: isState });
  }

  /**
   * Adds to a counter, which is created if it does not exist. `options` are those of the API: `min`,
   * `max`, `on_limit`, `initial`, `ttl`, `ttl_mode`, `create`.
   * @param {string} name
   * @param {Integer} delta
   * @param {Options} options
   * @returns {Promise<Change>}
   */
  add(name, delta = 1, { key, ifVersion, signal, ...options } = {}) {
    return this.ask('POST', pathOf(name), {
      body: { delta, ...options }, key: key ?? newKey(), ifVersion, signal, isOurs: isState,
    });
  }

  /**
   * Sets a counter: one that has `ifVersion`, or one that does not exist if that is null.
   * @param {string} name
   * @param {Integer} value
   * @param {Pick<Options, 'key' | 'ifVersion' | 'signal' | 'ttl'>} options
   * @returns {Promise<Change>}
   */
  set(name, value, { key, ifVersion, signal, ...options } = {}) {
    return this.ask('PUT', pathOf(name), {
      body: { value, ...options }, key: key ?? newKey(), ifVersion, signal, isOurs: isState,
    });
  }

  /**
   * Deletes a counter, with the same condition.
   * @param {string} name
   * @param {Pick<Options, 'key' | 'ifVersion' | 'signal'>} options
   * @returns {Promise<null>}
   */
  delete(name, { key, ifVersion, signal } = {}) {
    return this.ask('DELETE', pathOf(name), {
      key: key ?? newKey(), ifVersion, signal, isOurs: (nothing) => nothing === null,
    });
  }

  /**
   * A page of counters in byte order of their names. `next_cursor` is null at the end.
   * @returns {Promise<{counters: State[], next_cursor: string | null}>}
   */
  listPage({ prefix = '', limit = 100, cursor = '' } = {}) {
    const query = new URLSearchParams({ limit: String(limit) });
    if (prefix) query.set('prefix', prefix);
    if (cursor) query.set('cursor', cursor);
    return this.ask('GET', `/v1/counters?${query}`, { isOurs: isPage });
  }

  /**
   * The counters with the greatest values, the greatest first, of how many that begin with the prefix.
   * @param {{prefix?: string, limit?: number, onAttempt?: () => void}} options
   * @returns {Promise<{counters: State[], seen: number}>}
   */
  top({ prefix = '', limit = 20, onAttempt } = {}) {
    const query = new URLSearchParams({ limit: String(limit) });
    if (prefix) query.set('prefix', prefix);
    return this.ask('GET', `/v1/top?${query}`, { onAttempt, isOurs: isList });
  }

  /**
   * @param {{signal?: AbortSignal}} options
   * @returns {Promise<any>}
   */
  info({ signal } = {}) {
    return this.ask('GET', '/v1/info', { signal, isOurs: (answer) => typeof answer?.version === 'string' });
  }

  /**
   * What /metrics has, as JSON.
   * @param {{signal?: AbortSignal, onAttempt?: () => void}} options
   * @returns {Promise<any>}
   */
  stats({ signal, onAttempt } = {}) {
    return this.ask('GET', '/v1/stats', { signal, onAttempt, isOurs: (answer) => Array.isArray(answer?.metrics) });
  }

  /**
   * The fields that every request has.
   * @returns {Record<string, string>}
   */
  headers() {
    return {
      ...(this.token && { Authorization: `Bearer ${this.token}` }),
      // Says that the page is the server's own: over plain HTTP, browsers may not say it.
      ...(!this.url && { 'X-Requested-With': 'counterd' }),
    };
  }

  /**
   * Sends a request until a response arrives that settles it, and returns its JSON.
   * @param {string} method
   * @param {string} target
   * @param {{body?: object, key?: string, ifVersion?: Integer | null, signal?: AbortSignal,
   *   onAttempt?: () => void, isOurs?: (value: any) => boolean, isSettled?: (value: any) => boolean}} options
   *   `onAttempt` is called before each attempt. `isOurs`: whether the JSON of a success, null without one, can be a
   *   counterd's. `isSettled`: whether it settles the request
   * @returns {Promise<any>}
   */
  async ask(method, target, { body, key, ifVersion, signal, onAttempt, isOurs, isSettled } = {}) {
    const headers = this.headers();
    if (body) headers['Content-Type'] = 'application/json';
    if (key !== undefined) headers['Idempotency-Key'] = key;
    if (key !== undefined && this.keyTtl) headers['Idempotency-Key-TTL'] = `${Math.ceil(this.keyTtl / 1000)}`;
    if (ifVersion === null) headers['If-None-Match'] = '*';
    else if (ifVersion !== undefined) headers['If-Match'] = `"${ifVersion}"`;
    // Throws if the caller's key is no value for a field: no attempt would do better.
    const request = { method, headers: new Headers(headers), body: body && toJson(body) };
    const end = performance.now() + this.giveUpAfter;
    let mayBeDone = false;
    const lost = (/** @type {unknown} */ cause) => new UnreachableError('the server does not respond',
                                                                        { key, isKnown: !mayBeDone, cause });
    for (let attempts = 0; ; ++attempts) {
      onAttempt?.();
      const { kind, value, error, floor = 0, ...outcome } = await this.attempt(target, request, signal, isOurs);
      if (kind === 'done' && (isSettled?.(value) ?? true)) return value;
      const isSettledByKey = key !== undefined && settling.includes(error?.code);
      if (kind === 'refused') throw mayBeDone && !isSettledByKey ? lost(error) : error;
      mayBeDone ||= method !== 'GET' && (kind === 'done' || !!outcome.mayBeDone);
      const pause = Math.max(floor, pauseBefore(attempts));
      if (performance.now() + pause > end) {
        if (kind === 'done') return value;
        throw error instanceof ProblemError && !mayBeDone ? error : lost(error);
      }
      await sleep(pause, signal);
    }
  }

  /**
   * Sends the request once: what to do next.
   * @param {string} target
   * @param {RequestInit} request
   * @param {AbortSignal} [signal]
   * @param {(value: any) => boolean} [isOurs]
   * @returns {Promise<{kind: string, value?: any, error?: any, floor?: number, mayBeDone?: boolean}>}
   */
  async attempt(target, request, signal, isOurs = () => true) {
    signal?.throwIfAborted();
    const ending = new AbortController();
    const abort = () => ending.abort(signal?.reason);
    signal?.addEventListener('abort', abort);
    const timer = setTimeout(() => ending.abort(new Error(`no response in ${this.timeout} ms`)), this.timeout);
    try {
      const response = await fetch(this.url + target, {
        ...request, cache: 'no-store', redirect: 'manual', signal: ending.signal,
      });
      const text = await textOf(response);
      if (response.ok) {
        const value = response.status === 204 ? null : objectOf(text);
        if (!isOurs(value)) throw new TypeError('the response is none of a counterd');
        return { kind: 'done', value };
      }
      const error = new ProblemError(response.status, problemOf(text));
      const { status, code } = error;
      const isKnown = status === 408 || notNow.includes(code);
      // Of any other 5xx, as those of proxies, nobody knows what has been done.
      if (isKnown || (status >= 500 && status !== 501 && status !== 505 && !never.includes(code)))
        return { kind: 'again', error, floor: retryAfter(response), mayBeDone: !isKnown };
      return { kind: 'refused', error };
    } catch (error) {
      if (signal?.aborted) throw error;
      const { code } = /** @type {any} */ (error).cause ?? {};
      return { kind: 'again', error, mayBeDone: !unsent.includes(code) };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

/**
 * The JSON of a response that reports success. Throws if it is none of a counterd.
 * @param {string} text
 */
function objectOf(text) {
  const value = parseJson(text);
  if (typeof value !== 'object' || !value || Array.isArray(value)) throw new TypeError('no JSON object');
  return value;
}

/**
 * The problem details in the body of a response; of a proxy's, none.
 * @param {string} text
 * @returns {Record<string, any>}
 */
export function problemOf(text) {
  try {
    const problem = parseJson(text);
    return typeof problem === 'object' && problem ? problem : {};
  } catch {
    return {};
  }
}
