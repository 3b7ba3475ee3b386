// The client of the server's own page, api.js and live.js, with what only programs need: batches, lists as
// iterators, streams as iterators.

import { Client as PageClient, isPage, newKey, ProblemError, UnreachableError } from './api.js';
import { follow } from './live.js';

export { parseJson, ProblemError, toJson, UnreachableError } from './api.js';

/**
 * @typedef {import('./api.js').Integer} Integer
 * @typedef {import('./api.js').State} State
 * @typedef {import('./api.js').Change} Change
 * @typedef {import('./api.js').Options} Options
 * @typedef {{name: string, value: null}} Gone there is no such counter
 * @typedef {{prefix: string, counters: Integer}} Group how many counters have names that begin with the prefix
 * @typedef {{
 *   op: 'add' | 'set' | 'get' | 'delete', name: string, delta?: Integer, value?: Integer, min?: Integer, max?: Integer,
 *   on_limit?: 'reject' | 'clamp', initial?: Integer, create?: boolean, ttl?: Integer,
 *   ttl_mode?: 'if_absent' | 'refresh' | 'persist', if_version?: Integer,
 * }} Operation
 * @typedef {{
 *   status: number, name?: string, value?: Integer, version?: Integer, previous?: Integer | null, applied?: Integer,
 *   created?: boolean, expires_at?: string | null, code?: string, detail?: string, replayed?: boolean,
 * }} Result
 */

// The server remembers a key for this long after the last attempt: one may be under way in a proxy. In ms.
const keyMargin = 30_000;
const namesMax = 100_000;

/** `deletePrefix` has stopped, and the same call goes on. `cause` says why it has stopped. */
export class InterruptedError extends Error {
  /**
   * @param {number} deleted
   * @param {unknown} cause
   */
  constructor(deleted, cause) {
    super(`stopped after ${deleted} deletions or more: ${cause instanceof Error ? cause.message : cause}`, { cause });
    this.name = 'InterruptedError';
    /** So many counters are deleted, and perhaps others, whose answer was lost. */
    this.deleted = deleted;
  }
}

/**
 * A client of one server. Each call returns within `giveUpAfter` and one `timeout`: it resolves, or rejects with
 * ProblemError (refused: nothing was changed) or UnreachableError (`isKnown`: nothing was changed; otherwise call again
 * with its `key`, within the `keyTtl` of the first call). `deletePrefix` may also reject with InterruptedError.
 */
export class Client extends PageClient {
  /**
   * @param {string} url http://HOST[:PORT] or https://HOST[:PORT]
   * @param {{token?: string, giveUpAfter?: number, timeout?: number, keyTtl?: number}} options in milliseconds:
   *   `giveUpAfter` for how long a request is sent again, 0: once; `timeout` of one attempt; `keyTtl`: for how long the
   *   server remembers the key of a write, by default as long as attempts may be under way
   */
  constructor(url, { token, giveUpAfter = 60_000, timeout = 5_000, keyTtl = giveUpAfter + timeout + keyMargin } = {}) {
    const parts = new URL(url);
    if (!['http:', 'https:'].includes(parts.protocol) || parts.href !== `${parts.origin}/`)
      throw new RangeError('the URL must be http://HOST[:PORT] or https://HOST[:PORT]');
    if (!(timeout > 0 && giveUpAfter >= 0 && Number.isFinite(keyTtl)))
      throw new RangeError('timeout must be more than 0, giveUpAfter at least 0, and all finite');
    super(parts.origin, { token, giveUpAfter, timeout, keyTtl });
  }

  /**
   * @override
   * @param {string} name
   * @param {{signal?: AbortSignal}} options
   */
  async get(name, options = {}) {
    return isStep(name) ? this.#single({ op: 'get', name }, options) : super.get(name, options);
  }

  /**
   * @override
   * @param {string} name
   * @param {Integer} delta
   * @param {Options} options
   */
  async add(name, delta = 1, options = {}) {
    if (!isStep(name)) return super.add(name, delta, options);
    return this.#single({ op: 'add', name, delta }, options);
  }

  /**
   * @override
   * @param {string} name
   * @param {Integer} value
   * @param {Pick<Options, 'key' | 'ifVersion' | 'signal' | 'ttl'>} options
   */
  async set(name, value, options = {}) {
    if (!isStep(name)) return super.set(name, value, options);
    return this.#single({ op: 'set', name, value }, options);
  }

  /**
   * @override
   * @param {string} name
   * @param {Pick<Options, 'key' | 'ifVersion' | 'signal'>} options
   */
  async delete(name, options = {}) {
    return isStep(name) ? this.#single({ op: 'delete', name }, options) : super.delete(name, options);
  }

  /**
   * Carries out up to 1000 operations, such as `{ op: 'add', name: 'hits', delta: 2 }`. Returns a result for each, at
   * its index, with the `status` and `code` that the single request would have. One that fails does not affect the
   * others.
   * @param {Operation[]} ops
   * @param {{key?: string, signal?: AbortSignal}} options
   * @returns {Promise<Result[]>}
   */
  async batch(ops, { key, signal } = {}) {
    const { length } = ops;
    const answer = await this.ask('POST', '/v1/batch', {
      body: { ops }, key: key ?? newKey(), signal,
      isOurs: (answer) => isBatch(answer, length), isSettled: isBatchSettled,
    });
    return answer.results;
  }

  // A batch of one, because fetch() takes the names . and .. for steps in a path, also when they are encoded.
  /**
   * @param {Operation} op
   * @param {Options} options
   * @returns {Promise<any>}
   */
  async #single(op, { key, ifVersion, signal, ...others }) {
    const condition = ifVersion === undefined ? {} : { if_version: ifVersion ?? 0 };
    const used = key ?? newKey();
    const [result] = await this.batch([{ ...op, ...others, ...condition }], { key: used, signal });
    const { status, replayed, ...members } = result;
    if (result.code === 'outcome-unknown')
      throw new UnreachableError(result.detail ?? '', { key: used, isKnown: false });
    if (status >= 400) throw new ProblemError(status, result);
    return status === 204 ? null : members;
  }

  /**
   * All counters whose names begin with `prefix`, in byte order of their names, a page at a time.
   * @param {string} prefix
   * @param {{signal?: AbortSignal}} options
   * @returns {AsyncGenerator<State, void, void>}
   */
  async *list(prefix = '', { signal } = {}) {
    for await (const { counters } of this.#pages('/v1/counters', { prefix }, signal)) yield* counters;
  }

  /**
   * What is below a prefix, as a directory: a group for each name up to the next delimiter, and the counters that have
   * none. The server looks at every counter with the prefix.
   * @param {string} prefix
   * @param {{delimiter?: string, signal?: AbortSignal}} options
   * @returns {AsyncGenerator<Group | State, void, void>}
   */
  async *prefixes(prefix = '', { delimiter = '/', signal } = {}) {
    /** @type {Group | undefined} */
    let last;
    const isOurs = (/** @type {any} */ page) => isPage(page) && Array.isArray(page.prefixes);
    for await (const { prefixes, counters } of this.#pages('/v1/prefixes', { prefix, delimiter }, signal, isOurs)) {
      // A group may go on on the next page.
      for (const group of prefixes) {
        if (last && last.prefix === group.prefix) group.counters += last.counters;
        else if (last) yield last;
        last = group;
      }
      yield* counters;
    }
    if (last) yield last;
  }

  /**
   * Deletes all counters whose names begin with the prefix, up to 1000 a request; with '', all there are. Resolves with
   * how many, or fewer if responses were lost. It goes on for as long as others create such counters. Rejects with
   * InterruptedError if it cannot. Any other error says that nothing was deleted, except that of the signal.
   * @param {string} prefix
   * @param {{signal?: AbortSignal}} options
   * @returns {Promise<number>}
   */
  async deletePrefix(prefix, { signal } = {}) {
    const query = new URLSearchParams({ limit: '1000', prefix });
    let sum = 0;
    let hasBegun = false;
    try {
      for (let hasMore = true; hasMore;) {
        const answer = await this.ask('DELETE', `/v1/counters?${query}`, { signal, isOurs: isDeletion });
        hasBegun = true;
        sum += answer.deleted;
        hasMore = answer.has_more;
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      // An answer that says 0 may follow on a lost one.
      const isInDoubt = hasBegun || (error instanceof UnreachableError && !error.isKnown);
      throw isInDoubt ? new InterruptedError(sum, error) : error;
    }
    return sum;
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} parameters
   * @param {AbortSignal} [signal]
   * @param {(page: any) => boolean} [isOurs]
   * @returns {AsyncGenerator<any, void, void>}
   */
  async *#pages(path, parameters, signal, isOurs = isPage) {
    for (let cursor = ''; cursor !== null;) {
      const query = new URLSearchParams({ limit: '1000', ...parameters, ...(cursor && { cursor }) });
      const page = await this.ask('GET', `${path}?${query}`, { signal, isOurs });
      yield page;
      cursor = page.next_cursor;
    }
  }

  /**
   * Follows up to 100 counters, or all with a prefix, until the iterator is closed or the signal aborted.
   *
   * It begins with the state of each, and goes on with each change; states between may be left out, the last one comes.
   * When the connection is lost it connects again, for as long as it takes, and tells what has changed meanwhile.
   * Throws ProblemError if the server does not allow it. Of a prefix it remembers 100,000 names: of others it may tell
   * a state twice, or miss a deletion while the connection was lost, as it may if there are more than 1000 counters.
   * @param {string | string[] | {prefix: string}} what
   * @param {{signal?: AbortSignal}} options
   * @returns {AsyncGenerator<State | Gone, void, void>}
   */
  watch(what, { signal } = {}) {
    const names = typeof what === 'string' ? [what] : what;
    if (Array.isArray(names) && (names.length === 0 || names.length > 100))
      throw new RangeError('a stream has 1 to 100 counters');
    return this.#watch(names, signal);
  }

  /**
   * @param {string[] | {prefix: string}} names
   * @param {AbortSignal} [signal]
   * @returns {AsyncGenerator<State | Gone, void, void>}
   */
  async *#watch(names, signal) {
    signal?.throwIfAborted();
    const known = new Known(!Array.isArray(names));
    /** @type {Handover<State | Gone>} */
    const handover = new Handover();
    const stop = follow(this, Array.isArray(names) ? { names } : { prefix: names.prefix }, {
      onBegin: () => known.begin(),
      onState: (state) => known.take(state.name, state.version) && handover.put(state),
      onGone: (name) => known.take(name, null) && handover.put({ name, value: null }),
      onReady: async (hasMore) => {
        for (const name of hasMore ? [] : known.missing()) await handover.put({ name, value: null });
      },
      onStatus: (status, error) => status === 'refused' && handover.end(error),
    });
    const abort = () => handover.end(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      for (;;) yield await handover.take();
    } finally {
      signal?.removeEventListener('abort', abort);
      stop();
      handover.end();
    }
  }
}

/** @param {string} name */
function isStep(name) {
  return name === '.' || name === '..';
}

/** @param {any} answer */
function isDeletion(answer) {
  return Number.isInteger(answer?.deleted) && answer.deleted >= 0 && typeof answer.has_more === 'boolean';
}

/**
 * @param {any} answer
 * @param {number} count
 */
function isBatch(answer, count) {
  return Array.isArray(answer?.results) && answer.results.length === count
    && answer.results.every((/** @type {any} */ result) => Number.isInteger(result?.status));
}

/** @param {{results: Result[]}} answer */
function isBatchSettled({ results }) {
  return results.every(({ status, code }) => status !== 503 && code !== 'outcome-unknown');
}

// What has been told, so that a new connection tells only what has changed.
class Known {
  /** @param {boolean} isPrefix */
  constructor(isPrefix) {
    this.isPrefix = isPrefix;
    this.round = 0;
    // Of each name its version, null if it is gone, and the round in which it was told. The oldest is first.
    /** @type {Map<string, {version: Integer | null, round: number}>} */
    this.told = new Map();
  }

  begin() {
    ++this.round;
  }

  /**
   * Returns true if this is news.
   * @param {string} name
   * @param {Integer | null} version
   */
  take(name, version) {
    const before = this.told.get(name);
    this.told.delete(name);
    if (version !== null || !this.isPrefix) {
      this.told.set(name, { version, round: this.round });
      if (this.told.size > namesMax) this.told.delete(/** @type {string} */ (this.told.keys().next().value));
    }
    return before?.version !== version;
  }

  /** Forgets what was not told in this round, and returns the names. */
  missing() {
    const names = [...this.told].filter(([, { round }]) => round !== this.round).map(([name]) => name);
    for (const name of names) this.told.delete(name);
    return names;
  }
}

/**
 * Hands items from one producer to one consumer, one at a time: whoever is too early waits.
 * @template T
 */
class Handover {
  constructor() {
    /** @type {{item: T, taken: () => void} | null} */
    this.offered = null;
    /** @type {{resolve: (item: T) => void, reject: (error: unknown) => void} | null} */
    this.waiting = null;
    this.hasEnded = false;
    /** @type {unknown} */
    this.error = undefined;
  }

  /**
   * Resolves when the consumer comes back for the next item, so that whoever reads slowly gets the latest.
   * @param {T} item
   * @returns {Promise<void>}
   */
  put(item) {
    return new Promise((resolve) => {
      if (this.hasEnded) return resolve();
      this.offered = { item, taken: resolve };
      return this.#meet();
    });
  }

  /** @returns {Promise<T>} */
  take() {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.#meet();
    });
  }

  /** @param {unknown} [error] */
  end(error) {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.error = error;
    this.offered?.taken();
    this.offered = null;
    this.#meet();
  }

  #meet() {
    if (!this.waiting) return;
    if (this.offered) {
      const { item, taken } = this.offered;
      this.waiting.resolve(item);
      taken();
      this.offered = null;
      this.waiting = null;
    } else if (this.hasEnded) {
      this.waiting.reject(this.error);
      this.waiting = null;
    }
  }
}
