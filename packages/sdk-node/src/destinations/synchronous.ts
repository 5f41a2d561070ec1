import { isThenable } from '../thenable.js';

/**
 * What a function of the user's returned, unless that is a promise: every promise is truthy, so an `async` predicate would
 * say yes to everything.
 *
 * @throws {TypeError} for a promise, whose own rejection is taken care of
 */
export function synchronous<Value>(option: string, value: Value): Value {
  if (!isThenable(value)) return value;
  // Nobody else waits for it: a rejection would end the process.
  Promise.resolve(value).catch(() => {});
  throw new TypeError(`\`${option}\` returned a promise: write it without async, so that it gives its result at once`);
}
