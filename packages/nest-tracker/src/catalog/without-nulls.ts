import { ANYTHING, DEEPEST } from './field-faults.js';

/** A catalog where a field that is null is left out and takes its default, as in a patch. Items of lists stay. */
export function withoutNulls(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  if (Array.isArray(value)) return value.map((one) => withoutNulls(one, depth + 1));
  const given = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(
    given.map(([name, one]) => [name, ANYTHING.includes(name) ? one : withoutNulls(one, depth + 1)]),
  );
}
