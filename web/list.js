// The list of counters with a prefix: loads pages, and keeps them as the server has them. No DOM.

import { Table } from './table.js';

const pageSize = 100;
const reloadSize = 1000;        // the largest page
export const rowsMax = 20_000;  // then a prefix finds more than scrolling

export class CounterList {
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
    this.isLoaded = false;
    this.isLoading = false;
    this.error = null;  // of the last page
  }

  /** Loads the next page. Does nothing if there is none, or one is on its way. */
  async more() {
    const { table } = this;
    if (this.isLoading || table.cursor === null || table.size >= rowsMax) return;
    const limit = table.cursor === '' && this.isLoaded ? reloadSize : pageSize;
    await this.load(() => this.client.listPage({ prefix: this.prefix, limit, cursor: table.cursor }));
  }

  /** Loads again what is loaded, if no stream tells how it changes. */
  async reload() {
    if (this.isLoading) return;
    await this.load(async () => {
      const counters = [];
      let cursor = '';
      do {
        const page = await this.client.listPage({ prefix: this.prefix, limit: reloadSize, cursor });
        counters.push(...page.counters);
        cursor = page.next_cursor;
      } while (cursor !== null && counters.length < this.table.size);
      const last = this.table;
      this.table = new Table();
      this.table.startLoading();
      for (const state of counters) {
        const row = last.rows.get(state.name);
        if (row) this.table.replace({ ...row, ...state });
      }
      return { counters, next_cursor: cursor };
    });
  }

  async load(getPage) {
    this.isLoading = true;
    this.table.startLoading();
    try {
      const page = await getPage();
      this.table.append(page);
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.table.stopLoading();
      this.error = error;
    } finally {
      this.isLoading = false;
      this.onChange();
    }
  }

  // What a stream tells, see live.js.

  begin() {
    this.table.begin();
  }

  ready(hasMore) {
    this.table.ready(hasMore);
    this.isLoaded ||= !hasMore;
    if (!hasMore) this.error = null;
    this.onChange();
  }

  put(state) {
    this.table.put(state);
    this.onChange();
  }

  remove(name) {
    this.table.remove(name);
    this.onChange();
  }
}
