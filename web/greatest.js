// The counters with the greatest values, as the server names them. No DOM.

export const greatestMax = 1000;  // the most that the server names
const historyMax = 31_000;        // ms

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
    this.rows = [];
    this.answers = [];  // when the last ones were asked for, and their values by name
    this.begin = 0;     // ms: answers to what was asked for before are no base of a rate
    this.seen = 0;      // how many counters begin with the prefix
    this.isLoaded = false;
    this.isLoading = false;
    this.error = null;  // of the last time
  }

  /** Nobody has looked for a while: rates begin anew. */
  restart() {
    this.forget();
    return this.load();
  }

  /** Asks the server. Does nothing if an answer is on its way. */
  async load() {
    if (this.isLoading) return;
    this.isLoading = true;
    let asked = 0;
    const onAttempt = () => { asked = performance.now(); };
    try {
      const { counters, seen } = await this.client.top({ prefix: this.prefix, limit: greatestMax, onAttempt });
      this.take(counters, asked);
      this.seen = seen;
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.forget();
      this.error = error;
    } finally {
      this.isLoading = false;
      this.onChange();
    }
  }

  /** From now on rates begin anew. */
  forget(now = performance.now()) {
    this.answers = [];
    this.begin = now;
  }

  /** Takes the answer to what was asked for at a time, in ms. A rate is that between two answers. */
  take(counters, asked) {
    const values = new Map(counters.map(({ name, value }) => [name, Number(value)]));
    const before = this.answers.at(-1);
    const answers = [...this.answers.filter((each) => asked - each.asked <= historyMax), { asked, values }];
    if (asked >= this.begin) this.answers = answers;
    this.rows = counters.map((state) => {
      const history = answers.map((each) => each.values.get(state.name)).filter((value) => value !== undefined);
      const last = before?.values.get(state.name);
      const rate = last === undefined ? 0 : (values.get(state.name) - last) / ((asked - before.asked) / 1000);
      return { ...state, history, rate };
    });
  }
}
