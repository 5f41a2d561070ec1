/** A JSON object. */
export type Json = Record<string, unknown>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text; `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Where `actual` differs from what is expected of it, one line a place. Objects may have more fields than are expected;
 * arrays may not have more items.
 */
export function differences(expected: unknown, actual: unknown, path: string): string[] {
  if (isObject(expected)) {
    if (!isObject(actual)) return [`${path}: expected an object, got ${shown(actual)}`];
    return Object.entries(expected).flatMap(([name, value]) => differences(value, actual[name], `${path}.${name}`));
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path}: expected a list, got ${shown(actual)}`];
    const length =
      expected.length === actual.length ? [] : [`${path}: expected ${expected.length} items, got ${actual.length}`];
    return [...length, ...expected.flatMap((value, index) => differences(value, actual[index], `${path}[${index}]`))];
  }
  return Object.is(expected, actual) ? [] : [`${path}: expected ${shown(expected)}, got ${shown(actual)}`];
}

/** A value as it is shown in a fault: never a page of it. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

/** Removes the field at a path such as `data.currency`. */
export function without(value: Json, path: string): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let object: unknown = value;
  for (const name of names) object = isObject(object) ? object[name] : undefined;
  if (isObject(object)) delete object[last];
}
