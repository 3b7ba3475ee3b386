// Numbers and times as people read and write them.

export const least = -(2n ** 63n);
export const greatest = 2n ** 63n - 1n;

/** A value with the separators of the reader's language. */
export function show(value) {
  return value.toLocaleString();
}

/** Reads an integer that a counter can hold; null if it is none. */
export function parseInteger(text) {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) return null;
  const value = BigInt(text.trim().replace(/^\+/, ''));
  return value >= least && value <= greatest ? value : null;
}

/** A change per second, such as `+1,234` or `−0.5`. */
export function showRate(rate) {
  if (rate === 0) return '–';
  const size = Math.abs(rate);
  const digits = size >= 100 ? 0 : 1;
  const text = size.toLocaleString(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (rate > 0 ? '+' : '−') + text;
}

/** How far away a time is: `in 5 min`, `3 h ago`. */
export function showDistance(time, now = Date.now()) {
  const seconds = Math.round((new Date(time).getTime() - now) / 1000);
  const text = showDuration(Math.abs(seconds));
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

export function showDuration(seconds) {
  for (const [unit, size] of [['d', 86_400], ['h', 3_600], ['min', 60]])
    if (seconds >= 2 * size) return `${Math.round(seconds / size)} ${unit}`;
  return `${Math.round(seconds)} s`;
}

export function showBytes(bytes) {
  let size = bytes;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB', 'TiB']) {
    if (size < 1000 || unit === 'TiB')
      return `${size.toLocaleString(undefined, { maximumFractionDigits: size < 10 && unit !== 'B' ? 1 : 0 })} ${unit}`;
    size /= 1024;
  }
  return '';
}

/** A time that something takes, such as `0.31 ms`. */
export function showLatency(seconds) {
  if (seconds < 0.001) return `${Number((seconds * 1e6).toPrecision(2))} µs`;
  if (seconds < 1) return `${Number((seconds * 1e3).toPrecision(2))} ms`;
  return `${Number(seconds.toPrecision(2))} s`;
}
