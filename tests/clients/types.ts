// A program in TypeScript that uses the package. It is compiled and not run: scripts/check-clients.

import { Client, ProblemError, UnreachableError } from 'counterd';
import type { Change, Gone, Integer, Result, State } from 'counterd';

export async function use(client: Client, signal: AbortSignal): Promise<void> {
  const made: Change = await client.add('hits');
  const previous: Integer | null = made.previous;
  const state: State = await client.get('hits', { signal });
  const value: number | bigint = state.value;
  const expiry: string | null = state.expires_at;
  await client.add('stock', -1n, { min: 0, on_limit: 'clamp', ttl: 60, ttl_mode: 'refresh', key: 'k', signal });
  await client.set('price', value, { ifVersion: state.version, ttl: 5 });
  await client.set('price', 5, { ifVersion: null });
  const nothing: null = await client.delete('price', { ifVersion: 7, key: 'k' });
  const results: Result[] = await client.batch([{ op: 'add', name: 'a', delta: 2 }, { op: 'get', name: 'b' }], { key: 'k' });
  for await (const each of client.list('page/')) console.log(each.name.length, each.value);
  for await (const each of client.prefixes('page/', { delimiter: '.', signal })) console.log('prefix' in each ? each.counters : each.value);
  const deleted: number = await client.deletePrefix('page/', { signal });
  console.log(deleted);
  const top: number = (await client.top({ prefix: 'page/', limit: 5 })).counters.length;
  console.log(top);
  for await (const told of client.watch(['a', 'b'], { signal })) {
    const gone: State | Gone = told;
    if (told.value === null) continue;
    const version: Integer = told.version;
    console.log(gone.name, version);
  }
  client.watch('a');
  client.watch({ prefix: 'page/' });
  console.log(previous, expiry, nothing, results[0]?.status, (await client.info()).version);
}

export function tell(error: unknown): string {
  if (error instanceof ProblemError) return `${error.status} ${error.code} ${error.problem.detail}`;
  if (error instanceof UnreachableError) return error.isKnown ? 'nothing was changed' : `again with ${error.key}`;
  throw error;
}

export const client = new Client('http://127.0.0.1:8000', { token: 't', timeout: 1, giveUpAfter: 2, keyTtl: 40_000 });

// @ts-expect-error a URL is needed
new Client();
// @ts-expect-error a value is a number or a bigint
client.set('a', '5');
// @ts-expect-error there is no such bound
client.add('a', 1, { on_limit: 'jump' });
// @ts-expect-error there is no such operation
client.batch([{ op: 'jump', name: 'a' }]);
// @ts-expect-error a value may be null in a stream
for await (const { value } of client.watch('a')) console.log(value.toString());
// @ts-expect-error a name is a string
client.get(5);
