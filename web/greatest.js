// The counters with the greatest values, as the server names them. No DOM.

import { Table } from './table.js';

export const greatestMax = 1000;  // the most that the server names

export class Greatest {
  /**
   * @param {import('./api.js').Client} client
   * @param {string} prefix
   * @param {() => void} onChange called when there is something else to show
   */
  constructor(client, prefix, onChange) {
    this.client = client;
    this.prefix = prefix;
    this.onChange = onChange;
    this.table = new Table();
    this.seen = 0;  // how many counters begin with the prefix
    this.isLoaded = false;
    this.isLoading = false;
    this.error = null;  // of the last time
    this.hasRested = false;
  }

  /** Nobody has looked for a while: rates begin anew. */
  restart() {
    this.hasRested = true;
    return this.load();
  }

  /** Asks the server. What a row was is kept for its rate. Does nothing if an answer is on its way. */
  async load() {
    if (this.isLoading) return;
    this.isLoading = true;
    try {
      const { counters, seen } = await this.client.top({ prefix: this.prefix, limit: greatestMax });
      const table = new Table();
      table.cursor = null;
      for (const state of counters) table.replace({ ...this.table.rows.get(state.name), ...state });
      if (this.hasRested || this.error) table.rest();
      this.table = table;
      this.seen = seen;
      this.isLoaded = true;
      this.hasRested = false;
      this.error = null;
    } catch (error) {
      this.error = error;
    } finally {
      this.isLoading = false;
      this.onChange();
    }
  }
}
