// The counters that a table shows: what is known of each, in an order. No DOM, no network.

const historyMax = 31;  // seconds
const rateSeconds = 5;

export const orders = {
  name: null,  // that of the server: bytewise
  value: (a, b) => (b.value > a.value ? 1 : b.value < a.value ? -1 : 0),
  rate: (a, b) => Math.abs(b.rate) - Math.abs(a.rate),
};

export class Table {
  constructor() {
    this.rows = new Map();  // by name, in the server's order
    this.cursor = '';       // of the next page; null: there is none
  }

  /** Appends a page. */
  append({ counters, next_cursor }) {
    for (const state of counters) this.put(state);
    this.cursor = next_cursor;
  }

  /** Takes the beginning of the list as it is now, and leaves what was loaded behind it. */
  refresh({ counters, next_cursor }) {
    if (this.rows.size <= counters.length || next_cursor === null) this.cursor = next_cursor;
    const last = counters.at(-1)?.name;
    const old = [...this.rows.values()];
    const end = old.findIndex((row) => row.name === last);
    const rest = next_cursor === null ? [] : old.slice(end < 0 ? old.length : end + 1);
    const known = this.rows;
    this.rows = new Map();
    for (const state of counters) this.rows.set(state.name, merge(known.get(state.name), state));
    for (const row of rest) this.rows.set(row.name, row);
  }

  /** Learns the state of a counter; returns false if it was known. */
  put(state) {
    const known = this.rows.get(state.name);
    if (known && known.version >= state.version && !known.isGone) return false;
    this.rows.set(state.name, merge(known, state));
    return true;
  }

  /** The counter does not exist any more. The row stays until the next refresh(). */
  remove(name) {
    const row = this.rows.get(name);
    if (row) row.isGone = true;
  }

  /** A second has passed. */
  tick() {
    for (const row of this.rows.values()) {
      row.history.push(Number(row.value));
      if (row.history.length > historyMax) row.history.shift();
      const seconds = Math.min(rateSeconds, row.history.length - 1);
      const rate = seconds > 0 ? (row.history.at(-1) - row.history.at(-1 - seconds)) / seconds : 0;
      row.rate = rate;
    }
  }

  /** The rows in an order of `orders`. */
  sorted(order) {
    const rows = [...this.rows.values()];
    return orders[order] ? rows.sort(orders[order]) : rows;
  }
}

function merge(row, state) {
  // What a read has may be older than what the stream has told.
  if (row && row.version > state.version) return row;
  return { history: [Number(state.value)], rate: 0, ...row, ...state, isGone: false };
}
