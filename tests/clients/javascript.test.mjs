// What the JavaScript client does that conformance.json cannot say. CLIENT is the package.

import assert from 'node:assert';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const { Client, parseJson, ProblemError, toJson, UnreachableError } = await import(pathToFileURL(process.env.CLIENT));

const state = (name, version) => JSON.stringify({ name, value: version, version, expires_at: null });
const response = (body, status = 200) => `HTTP/1.1 ${status} Status\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const streamHead = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n';

// A server whose n-th request is answered by the n-th function, later ones by the last.
async function open(t, ...answers) {
  const sockets = new Set();
  const requests = [];
  const server = net.createServer((socket) => {
    sockets.add(socket);
    let head = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      head += bytes;
      if (!head.includes('\r\n\r\n')) return;
      requests.push(head);
      head = '';
      answers[Math.min(requests.length, answers.length) - 1](socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { requests, url: `http://127.0.0.1:${server.address().port}` };
}

// A signal that knows its listeners.
function counted() {
  const ending = new AbortController();
  const { signal } = ending;
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args) => { ++listeners; addEventListener.apply(signal, args); };
  signal.removeEventListener = (...args) => { --listeners; removeEventListener.apply(signal, args); };
  return { ending, signal, listeners: () => listeners };
}

test('a signal ends a call that waits for a response, and one that waits for the next attempt', async (t) => {
  const arrived = Promise.withResolvers?.() ?? {};
  arrived.promise ??= new Promise((resolve) => { arrived.resolve = resolve; });
  const { url, requests } = await open(t, () => arrived.resolve(),
                                       (socket) => socket.end(response('{"code":"overloaded"}', 503).replace(
                                         'Content-Length', 'Retry-After: 50\r\nContent-Length')));
  const client = new Client(url, { timeout: 60_000 });
  const first = counted();
  const waiting = client.get('hits', { signal: first.signal });
  await arrived.promise;
  first.ending.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  assert.strictEqual(first.listeners(), 0);
  const second = counted();
  const pausing = client.add('hits', 1, { signal: second.signal });
  while (requests.length < 2) await new Promise(setImmediate);
  second.ending.abort(new Error('enough'));
  await assert.rejects(pausing, /enough/);
  await assert.rejects(client.get('hits', { signal: second.signal }), /enough/);
  assert.strictEqual(second.listeners(), 0);
  assert.strictEqual(requests.length, 2);
});

test('a signal that lives long keeps nothing of the calls that it was given', async (t) => {
  const { url } = await open(t, (socket) => socket.end(response('', 502)), (socket) => socket.write(response(state('hits', 1))));
  const { signal, listeners } = counted();
  await new Client(url).get('hits', { signal });
  assert.strictEqual(listeners(), 0);
});

test('a stream ends when its loop is left, and when its signal says so', async (t) => {
  const ended = [];
  const { url } = await open(t, (socket) => {
    socket.write(`${streamHead}data: ${state('a', 1)}\n\n`);
    ended.push(once(socket, 'close'));
  });
  const client = new Client(url);
  for await (const told of client.watch('a')) {
    assert.deepStrictEqual(told, { name: 'a', value: 1, version: 1, expires_at: null });
    break;
  }
  await ended[0];
  const { ending, signal, listeners } = counted();
  const told = client.watch(['a', 'b'], { signal });
  await told.next();
  const next = told.next();
  ending.abort(new Error('enough'));
  await assert.rejects(next, /enough/);
  await ended[1];
  assert.strictEqual(listeners(), 0);
});

test('a stream is not read on before its states are taken', async (t) => {
  const events = 20_000;
  let socket;
  const { url } = await open(t, (opened) => {
    socket = opened;
    socket.write(streamHead);
    for (let i = 1; i <= events; ++i) socket.write(`data: ${state('x'.repeat(2000), i)}\n\n`);
  });
  const told = new Client(url).watch({ prefix: '' });
  assert.strictEqual((await told.next()).value.value, 1);
  // What has left the server is in the buffers of two sockets and of fetch(): a part of 40 MB.
  for (let i = 0; i < 1000; ++i) await new Promise(setImmediate);
  assert.ok(socket.writableLength > 20_000_000, `${socket.writableLength} bytes are left`);
  for (let i = 2; i <= events; ++i) assert.strictEqual((await told.next()).value.value, i);
  assert.strictEqual(socket.writableLength, 0);
  await told.return();
});

test('events that nobody knows are left out, and an event without an end is left', async (t) => {
  const { url } = await open(
    t,
    (socket) => socket.end(`${streamHead}retry: 1\n\n: a comment\n\nevent: ping\ndata:\n\nevent: news\ndata: 5\n\ndata: ${state('a', 1)}\n\n`),
    (socket) => socket.write(`${streamHead}retry: 1\n\ndata: ${state('a', 2)}\n\n${'x'.repeat(4_000_000)}`),
    (socket) => socket.write(`${streamHead}retry: 1\n\ndata: ${state('a', 3)}\n\n`),
  );
  const told = new Client(url).watch('a');
  for (const version of [1, 2, 3]) assert.strictEqual((await told.next()).value.version, version);
  await told.return();
});

test('a stream that falls silent is left', async (t) => {
  const { setTimeout } = globalThis;
  t.after(() => { globalThis.setTimeout = setTimeout; });
  // The server says something every 15 seconds, and a stream may be silent for 40.
  globalThis.setTimeout = (call, delay, ...rest) => setTimeout(call, delay === 40_000 ? 200 : delay, ...rest);
  const { url, requests } = await open(
    t,
    (socket) => socket.write(`${streamHead}retry: 1\n\ndata: ${state('a', 1)}\n\n`),
    (socket) => socket.write(`${streamHead}retry: 1\n\ndata: ${state('a', 2)}\n\n`),
  );
  const told = new Client(url).watch('a');
  for (const version of [1, 2]) assert.strictEqual((await told.next()).value.version, version);
  assert.strictEqual(requests.length, 2);
  await told.return();
});

test('a reset of a stream begins anew', async (t) => {
  const ready = 'event: ready\ndata: {"prefix":"","has_more":false}\n\n';
  const { url } = await open(t, (socket) => socket.write(
    `${streamHead}data: ${state('a', 1)}\n\ndata: ${state('b', 2)}\n\n${ready}event: reset\ndata:\n\ndata: ${state('a', 1)}\n\n${ready}`));
  const told = new Client(url).watch({ prefix: '' });
  const items = [await told.next(), await told.next(), await told.next()].map(({ value: { name, value } }) => [name, value]);
  assert.deepStrictEqual(items, [['a', 1], ['b', 2], ['b', null]]);
  await told.return();
});

test('a list is asked for page by page, as it is read', async (t) => {
  const page = (name, cursor) => response(`{"counters":[${state(name, 1)}],"next_cursor":${cursor}}`);
  const { url, requests } = await open(t, (socket) => socket.write(page('a', '"6162"')), (socket) => socket.write(page('b', null)));
  const names = [];
  for await (const { name } of new Client(url).list('p&q')) {
    names.push(name);
    assert.strictEqual(requests.length, names.length);
  }
  assert.deepStrictEqual(names, ['a', 'b']);
  assert.match(requests[0], /^GET \/v1\/counters\?limit=1000&prefix=p%26q HTTP/);
  assert.match(requests[1], /^GET \/v1\/counters\?limit=1000&prefix=p%26q&cursor=6162 HTTP/);
});

test('a response is read up to a bound', async (t) => {
  const part = 'x'.repeat(1_000_000);
  const { url } = await open(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n');
    const send = () => { while (!socket.destroyed && socket.write(part)); };
    socket.on('drain', send);
    send();
  });
  const error = await new Client(url, { giveUpAfter: 0, timeout: 20_000 }).add('hits').catch((caught) => caught);
  assert.ok(error instanceof UnreachableError && !error.isKnown);
  assert.strictEqual(error.cause.message, 'the response is too large');
});

test('a token is in no message', async (t) => {
  const { url } = await open(t, (socket) => socket.destroy());
  const error = await new Client(url, { token: 'ctr_secret', giveUpAfter: 0 }).add('hits').catch((caught) => caught);
  assert.ok(error instanceof UnreachableError && !error.isKnown && error.key.length > 15);
  assert.doesNotMatch(`${error.stack} ${error.cause.stack}`, /secret/);
});

test('numbers that are no time are refused', () => {
  for (const options of [{ timeout: 0 }, { timeout: NaN }, { giveUpAfter: -1 }, { giveUpAfter: Infinity },
                         { giveUpAfter: 10_000, timeout: 5_000, keyTtl: 14_000 }])
    assert.throws(() => new Client('http://127.0.0.1:1', options), RangeError, JSON.stringify(options));
  assert.ok(new Client('http://127.0.0.1:1', { giveUpAfter: 10_000, timeout: 5_000, keyTtl: 15_000 }));
});

test('a refusal says what the server says', async (t) => {
  const { url } = await open(t, (socket) => socket.write(response('{"code":"limit-reached","detail":"why","value":9223372036854775807}', 409)));
  const error = await new Client(url).add('hits').catch((caught) => caught);
  assert.ok(error instanceof ProblemError);
  assert.deepStrictEqual([error.status, error.code, error.message, error.problem.value], [409, 'limit-reached', 'why', 9223372036854775807n]);
});

test('integers of 64 bits are read and written as they are', () => {
  const text = '{"a":9223372036854775807,"b":-9223372036854775808,"c":9007199254740991,"d":"9223372036854775807","e":1.5}';
  const value = parseJson(text);
  assert.deepStrictEqual(value, {
    a: 9223372036854775807n, b: -9223372036854775808n, c: 9007199254740991, d: '9223372036854775807', e: 1.5,
  });
  assert.strictEqual(toJson(value), text);
});

test('a group that goes on on the next page is one', async (t) => {
  const page = (prefixes, cursor) => (socket) => socket.end(response(JSON.stringify(
    { prefixes, counters: [], next_cursor: cursor })));
  const { url } = await open(t, page([{ prefix: 'a/', counters: 1 }, { prefix: 'b/', counters: 2 }], 'x'),
                             page([{ prefix: 'b/', counters: 3 }], 'y'), page([{ prefix: 'b/', counters: 4 }], 'z'),
                             page([{ prefix: 'c/', counters: 5 }], null));
  const groups = [];
  for await (const each of new Client(url).prefixes()) groups.push(`${each.prefix} ${each.counters}`);
  assert.deepStrictEqual(groups, ['a/ 1', 'b/ 9', 'c/ 5']);
});
