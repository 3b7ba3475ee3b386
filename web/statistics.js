// What /v1/stats says, in the numbers that people look at. No DOM, no network.

/** The numbers of one answer, to be compared with those of the answer before. */
export class Statistics {
  /** @param {{metrics: {name: string, samples: any[]}[]}} answer */
  constructor({ metrics }, time) {
    this.metrics = new Map(metrics.map((metric) => [metric.name, metric.samples]));
    this.time = time;  // ms
  }

  /** The sum of the samples whose labels agree with `labels`; undefined if there is none. */
  sum(name, labels = {}) {
    const samples = this.metrics.get(name)?.filter((sample) =>
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
    return samples?.length ? samples.reduce((sum, sample) => sum + Number(sample.value), 0) : undefined;
  }

  /** True if what has grown up to `later` can be told: it comes later, and from the same run of the server. */
  isBefore(later) {
    const started = (answer) => answer.sum('process_start_time_seconds');
    return this.time < later.time && started(this) === started(later);
  }

  /** How much a counter has grown in a second since `before`, which isBefore() this one. */
  rate(before, name, labels) {
    return ((this.sum(name, labels) ?? 0) - (before.sum(name, labels) ?? 0)) / ((this.time - before.time) / 1000);
  }

  /** The latency that `share` of the requests since `before` did not exceed; undefined without any. */
  quantile(before, name, share) {
    const now = this.buckets(name);
    const then = before.buckets(name);
    const counts = now.map(([le, count], i) => [le, count - (then[i]?.[1] ?? 0)]);
    const total = counts.at(-1)?.[1] ?? 0;
    if (total <= 0) return undefined;
    let low = 0;
    let below = 0;
    for (const [le, count] of counts) {
      if (count >= share * total) {
        if (le === null) return low;  // longer than every bucket
        return low + (le - low) * ((share * total - below) / (count - below));
      }
      low = le;
      below = count;
    }
    return low;
  }

  /** The buckets of a histogram, those of all its labels added: `[upper bound, count up to it]`. */
  buckets(name) {
    const samples = this.metrics.get(name) ?? [];
    return (samples[0]?.buckets ?? []).map(({ le }, i) =>
      [le, samples.reduce((sum, sample) => sum + Number(sample.buckets[i].count), 0)]);
  }
}
