import type { PgClient } from './run-work.js';

type Given = readonly unknown[];

/**
 * Has a connection of PostgreSQL to oneself for a while: what others ask of it meanwhile is asked when the work is done. A
 * host may write on while it waits for us; within our savepoint, its rows would be undone with ours, and it not be told.
 */
export async function holdOthers<T>(client: PgClient, work: (alone: PgClient) => Promise<T>): Promise<T> {
  const held: (() => void)[] = [];
  const usual = Object.getOwnPropertyDescriptor(client, 'query');
  const query = client.query.bind(client) as (...given: Given) => unknown;
  const hold = (...given: Given) => {
    // A cursor reads, and is told when it is undone; it has to be answered at once.
    if (typeof (given[0] as { submit?: unknown } | undefined)?.submit === 'function') return query(...given);
    const ask = () => client.query(...(given as Parameters<PgClient['query']>));
    if (callsBack(given)) return void held.push(ask);
    return new Promise((resolve, reject) => {
      held.push(() => void ask().then(resolve, reject));
    });
  };
  Object.defineProperty(client, 'query', { value: hold, configurable: true, writable: true, enumerable: true });
  try {
    return await work({ query: query as PgClient['query'] });
  } finally {
    if (usual) Object.defineProperty(client, 'query', usual);
    else Reflect.deleteProperty(client, 'query');
    for (const ask of held) ask();
  }
}

/** Whether whoever asks is told by a function instead of a promise. */
function callsBack(given: Given): boolean {
  const { callback } = (given[0] ?? {}) as { callback?: unknown };
  return [callback, ...given.slice(1)].some((one) => typeof one === 'function');
}
