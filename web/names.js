// Names of counters, as the server orders them and a shell takes them.

/** A UTF-16 code unit, moved so that units compare as the code points do that they are part of. */
function rankOf(unit) {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Compares names by the bytes of their UTF-8, as the server does. */
export function compareNames(a, b) {
  const size = Math.min(a.length, b.length);
  for (let i = 0; i < size; ++i) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rankOf(x) - rankOf(y);
  }
  return a.length - b.length;
}

/** A command that adds `delta` to a counter, with a token if there is one; null: a command that reads it. */
export function commandFor(name, delta, hasToken = false) {
  const encoded = encodeURIComponent(name).replaceAll("'", '%27');
  // curl would take these for steps in a path.
  const flag = name === '.' || name === '..' ? ' --path-as-is' : '';
  const token = hasToken ? ' -H "Authorization: Bearer $COUNTERD_TOKEN"' : '';
  const change = delta === null ? '' : ` -d delta=${delta}`;
  return `curl${flag}${token}${change} '${location.origin}/v1/counters/${encoded}'`;
}
