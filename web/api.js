// A client of counterd's HTTP API, for browsers and for Node 18 or later. It needs nothing else.
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

/** Parses JSON, and loses no digit of an integer. */
export function parseJson(text) {
  const marked = text.replace(tokens, (token) => (longInteger.test(token) ? `{"$int":"${token}"}` : token));
  return JSON.parse(marked, (_, value) => {
    if (typeof value?.$int !== 'string') return value;
    const exact = BigInt(value.$int);
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
  });
}

/** Writes JSON, with integers of any size. */
export function toJson(value) {
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

// Full jitter: clients that failed together do not come back together.
function pauseBefore(attempt) {
  return Math.random() * Math.min(longestPause, firstPause * 2 ** attempt);
}

// RFC 9110 section 10.2.3: seconds, or of a proxy also a date. In milliseconds.
function retryAfter(response) {
  const text = response.headers.get('Retry-After') ?? '';
  const pause = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(pause) ? Math.max(0, pause) : 0;
}

function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

function newKey() {
  return globalThis.crypto?.randomUUID?.()
    ?? Array.from({ length: 4 }, () => Math.random().toString(36).slice(2)).join('-');
}

/** Returns true if a field can have the text as a token, or if it is empty. */
export function isToken(text) {
  return /^[\w.~+/=-]*$/.test(text);
}

function pathOf(name) {
  // A browser would take these for steps in a path, even when they are encoded.
  if (name === '.' || name === '..')
    throw new RangeError(`a path cannot have the name ${name}: use a batch`);
  return `/v1/counters/${encodeURIComponent(name)}`;
}

export class Client {
  /**
   * @param {string} url of the server, without a path; empty: that of the page
   * @param {{token?: string, giveUpAfter?: number, timeout?: number}} options `giveUpAfter`: how long
   *   a request is repeated, in milliseconds; `timeout`: how long one attempt may take
   */
  constructor(url = '', { token = '', giveUpAfter = 10_000, timeout = 5_000 } = {}) {
    if (!isToken(token)) throw new RangeError('a token has only letters, digits and _');
    this.url = url.replace(/\/$/, '');
    this.token = token;
    this.giveUpAfter = giveUpAfter;
    this.timeout = timeout;
  }

  /** @returns {Promise<State>} */
  get(name) {
    return this.ask('GET', pathOf(name));
  }

  /**
   * Adds to a counter, which is created if it does not exist. `options` are those of the API: `min`,
   * `max`, `on_limit`, `initial`, `ttl`, `ttl_mode`, `create`.
   * @returns {Promise<State>}
   */
  add(name, delta = 1, { key = newKey(), signal, ...options } = {}) {
    return this.ask('POST', pathOf(name), { body: { delta, ...options }, key, signal });
  }

  /**
   * Sets a counter: one that has `ifVersion`, or one that does not exist if that is null.
   * @returns {Promise<State>}
   */
  set(name, value, { key = newKey(), ifVersion, signal, ...options } = {}) {
    return this.ask('PUT', pathOf(name), { body: { value, ...options }, key, ifVersion, signal });
  }

  /** Deletes a counter, with the same condition. */
  delete(name, { key = newKey(), ifVersion, signal } = {}) {
    return this.ask('DELETE', pathOf(name), { key, ifVersion, signal });
  }

  /**
   * A page of counters in byte order of their names. `next_cursor` is null at the end.
   * @returns {Promise<{counters: State[], next_cursor: string | null}>}
   */
  list({ prefix = '', limit = 100, cursor = '' } = {}) {
    const query = new URLSearchParams({ limit: String(limit) });
    if (prefix) query.set('prefix', prefix);
    if (cursor) query.set('cursor', cursor);
    return this.ask('GET', `/v1/counters?${query}`);
  }

  info() {
    return this.ask('GET', '/v1/info');
  }

  /** What /metrics has, as JSON. */
  stats() {
    return this.ask('GET', '/v1/stats');
  }

  /** The fields that every request has. */
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
   * @param {{body?: object, key?: string, ifVersion?: Integer | null, signal?: AbortSignal}} options
   */
  async ask(method, target, { body, key, ifVersion, signal } = {}) {
    const headers = this.headers();
    if (body) headers['Content-Type'] = 'application/json';
    if (key) headers['Idempotency-Key'] = key;
    if (ifVersion === null) headers['If-None-Match'] = '*';
    else if (ifVersion !== undefined) headers['If-Match'] = `"${ifVersion}"`;
    const request = { method, headers, body: body && toJson(body), cache: 'no-store', redirect: 'error' };
    const end = Date.now() + this.giveUpAfter;
    let mayBeDone = false;
    for (let attempts = 0; ; ++attempts) {
      const outcome = await this.attempt(target, request, signal);
      if (outcome.kind === 'done') return outcome.value;
      if (outcome.kind === 'refused') throw outcome.error;
      mayBeDone ||= method !== 'GET' && outcome.mayBeDone;
      const pause = Math.max(outcome.floor, pauseBefore(attempts));
      if (Date.now() + pause > end) {
        if (outcome.error instanceof ProblemError && !mayBeDone) throw outcome.error;
        throw new UnreachableError('the server does not respond',
                                   { key, isKnown: !mayBeDone, cause: outcome.error });
      }
      await sleep(pause, signal);
    }
  }

  // Sends the request once: what to do next.
  async attempt(target, request, signal) {
    const timer = AbortSignal.timeout(this.timeout);
    try {
      const response = await fetch(this.url + target, {
        ...request, signal: signal ? AbortSignal.any([signal, timer]) : timer,
      });
      const text = await response.text();
      if (response.ok) return { kind: 'done', value: text ? parseJson(text) : null };
      const error = new ProblemError(response.status, problemOf(text));
      if (![408, 502, 503, 504].includes(error.status) && error.code !== 'outcome-unknown')
        return { kind: 'refused', error };
      // The server itself says with 408 and 503 that it has done nothing.
      const mayBeDone = error.status !== 408 && error.status !== 503;
      return { kind: 'again', error, floor: retryAfter(response), mayBeDone };
    } catch (error) {
      if (signal?.aborted) throw error;
      return { kind: 'again', error, floor: 0, mayBeDone: true };
    }
  }
}

/** The problem details in the body of a response; of a proxy's, none. */
export function problemOf(text) {
  try {
    const problem = parseJson(text);
    return typeof problem === 'object' && problem ? problem : {};
  } catch {
    return {};
  }
}
