// The counters that a table shows: what is known of each, in an order. No DOM, no network.
//
// A table has all counters with a prefix up to a name, `reached`, and grows by pages. An event stream
// tells what changes; what it tells while a page is on its way is kept, and applied to the page.

import { compareNames } from './names.js';

const historyMax = 31;  // seconds
const rateSeconds = 5;
const goneMax = 3;      // seconds that a row is still shown

export const orders = {
  name: null,
  value: (a, b) => (b.value > a.value ? 1 : b.value < a.value ? -1 : 0),
  rate: (a, b) => Math.abs(b.rate) - Math.abs(a.rate),
};

export class Table {
  constructor() {
    this.rows = new Map();  // by name
    this.names = [];        // in the server's order
    this.reached = null;    // the last name of the last page; null: none has come
    this.cursor = '';       // of the next page; null: there is none; empty: list from the first on
    this.missed = null;     // states by name, null for those that are gone, while a page is on its way
    this.told = null;       // the same, while a stream tells what it begins with
    this.isVoid = false;    // the page that is on its way does not follow on what is there any more
  }

  get size() {
    return this.names.length;
  }

  /** A page is asked for. Then append() or stopLoading() is called. */
  startLoading() {
    this.missed = new Map();
    this.isVoid = false;
  }

  stopLoading() {
    this.missed = null;
  }

  /** Takes the page that was asked for. */
  append({ counters, next_cursor }) {
    const missed = this.missed ?? [];
    this.missed = null;
    if (this.isVoid) return;
    for (const state of counters) this.merge(state);
    if (this.cursor !== null) {
      this.cursor = next_cursor;
      const last = counters.at(-1)?.name;
      if (last !== undefined && !this.covers(last)) this.reached = last;
    }
    for (const [name, state] of missed) {
      if (state) this.put(state);
      else this.remove(name);
    }
  }

  /** A stream begins: up to ready(), it tells the states of the first counters. */
  begin() {
    this.told = new Map();
  }

  /** The stream has told them; `hasMore`: there are others. What it has not told is not there. */
  ready(hasMore) {
    const { told } = this;
    this.told = null;
    if (!told) return;
    for (const name of this.names.filter((each) => !told.has(each))) this.drop(name);
    const last = [...told.keys()].pop();
    if (!hasMore) {
      this.cursor = null;
    } else if (this.cursor === null || (this.reached !== null && compareNames(this.reached, last) > 0)) {
      this.reached = last;
      this.cursor = '';
      this.isVoid = true;
    }
    for (const state of told.values())
      if (this.covers(state.name)) this.merge(state);
  }

  /** A stream tells a state. */
  put(state) {
    this.missed?.set(state.name, state);
    if (this.told) {
      this.told.set(state.name, state);
      if (this.rows.has(state.name)) this.replace(state);  // its version may be lower: of a backup
    } else if (this.covers(state.name)) {
      this.merge(state);
    }
  }

  /** A stream tells that a counter is gone. Its row stays for a moment. */
  remove(name) {
    this.missed?.set(name, null);
    const row = this.rows.get(name);
    if (row) row.goneFor ??= 0;
  }

  covers(name) {
    return this.cursor === null || (this.reached !== null && compareNames(name, this.reached) <= 0);
  }

  // A page may be older than what a stream has told.
  merge(state) {
    const row = this.rows.get(state.name);
    if (!row || row.goneFor !== undefined || row.version < state.version) this.replace(state);
  }

  replace(state) {
    const row = this.rows.get(state.name);
    if (!row) this.names.splice(this.placeOf(state.name), 0, state.name);
    this.rows.set(state.name, { history: [Number(state.value)], rate: 0, ...row, ...state, goneFor: undefined });
  }

  drop(name) {
    this.rows.delete(name);
    this.names.splice(this.placeOf(name), 1);
  }

  // Where the name is, or belongs.
  placeOf(name) {
    let low = 0;
    let high = this.names.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareNames(this.names[middle], name) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** A second has passed. */
  tick() {
    for (const row of this.rows.values()) {
      if (row.goneFor !== undefined && ++row.goneFor > goneMax) this.drop(row.name);
      row.history.push(Number(row.value));
      if (row.history.length > historyMax) row.history.shift();
      const seconds = Math.min(rateSeconds, row.history.length - 1);
      row.rate = seconds > 0 ? (row.history.at(-1) - row.history.at(-1 - seconds)) / seconds : 0;
    }
  }

  /** Nobody has looked for a while: rates begin anew. */
  rest() {
    for (const row of this.rows.values()) {
      row.history = [Number(row.value)];
      row.rate = 0;
    }
  }

  /** The rows in an order of `orders`. */
  sorted(order) {
    const rows = this.names.map((name) => this.rows.get(name));
    return orders[order] ? rows.sort(orders[order]) : rows;
  }
}
