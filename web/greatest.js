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
    this.ends = 0;      // how often they were forgotten
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
    const { ends } = this;
    let asked = 0;
    const onAttempt = () => { asked = Date.now(); };
    try {
      const { counters, seen } = await this.client.top({ prefix: this.prefix, limit: greatestMax, onAttempt });
      this.take(counters, asked, ends);
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
  forget() {
    this.answers = [];
    ++this.ends;
  }

  /**
   * Takes the answer to what was asked for at a time, in ms, when there had been so many `ends`. A rate is that between
   * two answers.
   */
  take(counters, asked, ends = this.ends) {
    const values = new Map(counters.map(({ name, value }) => [name, Number(value)]));
    const before = this.answers.at(-1);
    const answers = [...this.answers.filter((each) => Math.abs(asked - each.asked) <= historyMax), { asked, values }];
    if (ends === this.ends) this.answers = answers;
    this.rows = counters.map((state) => {
      const history = answers.map((each) => each.values.get(state.name)).filter((value) => value !== undefined);
      const last = before?.values.get(state.name);
      const seconds = (asked - before?.asked) / 1000;
      const rate = last !== undefined && seconds > 0 ? (values.get(state.name) - last) / seconds : 0;
      return { ...state, history, rate };
    });
  }
}
