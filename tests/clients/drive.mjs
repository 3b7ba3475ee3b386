// Does with the JavaScript client what its stdin says, a JSON object a line, and says on stdout what came of it.
// The package is the first argument.

import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

const { Client, InterruptedError, parseJson, ProblemError, toJson, UnreachableError } = await import(pathToFileURL(process.argv[2]));

const clients = new Map();
let watching;

function errorOf(error) {
  if (error instanceof ProblemError) {
    const { value, version } = error.problem;
    return { kind: 'refused', status: error.status, code: error.code, value, version };
  }
  if (error instanceof UnreachableError)
    return error.isKnown ? { kind: 'unreachable' } : { kind: 'unknown', key: error.key };
  if (error instanceof InterruptedError) return { kind: 'interrupted', deleted: error.deleted };
  if (error instanceof RangeError || error instanceof TypeError) return { kind: 'invalid', detail: error.message };
  throw error;
}

// The options of the list are those of the API; a version of 0 stands for no counter.
function optionsOf({ if_version: version, ...options }) {
  if (version === undefined) return options;
  return { ...options, ifVersion: version === 0 ? null : version };
}

async function all(iterator) {
  const items = [];
  for await (const item of iterator) items.push(item);
  return items;
}

async function carryOut(client, [operation, ...args]) {
  if (operation === 'watch') {
    watching = client.watch(args[0]);
    return null;
  }
  if (operation === 'end') {
    await watching?.return();
    watching = undefined;
    return null;
  }
  if (operation === 'next') return (await watching.next()).value;
  if (operation === 'list') return all(client.list(...args));
  if (operation === 'prefixes') return all(client.prefixes(args[0], { delimiter: args[1] }));
  if (operation === 'delete_prefix') return client.deletePrefix(args[0]);
  const last = args.length - 1;
  if (operation !== 'batch' && last > 0 && typeof args[last] === 'object') args[last] = optionsOf(args[last]);
  const result = await client[operation](...args);
  if (operation !== 'batch') return result;
  return result.map((each) => (each.status === 204 ? null : each));
}

// Adds 1 `count` times, several at a time. Returns the values that came, in any order.
async function addMany(client, { name, count, workers }) {
  const values = [];
  const failures = [];
  let rest = count;
  const work = async () => {
    while (rest-- > 0) {
      try {
        values.push((await client.add(name)).value);
      } catch (error) {
        failures.push(String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return { values, failures };
}

function clientOf({ case: title, url, client: { timeout, give_up: giveUp, key_ttl: keyTtl, ...others } }) {
  const known = JSON.stringify([title, url, timeout, giveUp, keyTtl, others]);
  const milliseconds = (seconds) => (seconds === undefined ? undefined : seconds * 1000);
  if (!clients.has(known)) {
    clients.set(known, new Client(url, {
      ...others, timeout: milliseconds(timeout), giveUpAfter: milliseconds(giveUp), keyTtl: milliseconds(keyTtl),
    }));
  }
  return clients.get(known);
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const order = parseJson(line);
  let said;
  try {
    const client = clientOf(order);
    said = order.many ? await addMany(client, order.many) : { result: await carryOut(client, order.call) };
  } catch (error) {
    said = { error: errorOf(error) };
  }
  process.stdout.write(`${toJson(said)}\n`);
}
process.exit();  // a stream may still be followed
