/** Values by the names that cases call them, as in `{{clickId}}`. */
export type Variables = Readonly<Record<string, string>>;

const PLACE = /\{\{([^{}]+)\}\}/g;

/**
 * Fills the places `{{name}}` and `{{TEXT*COUNT}}` (a text so many times) of every text in a value, keys included.
 * `{ "$times": COUNT, "$of": VALUE }` becomes a list of that value so many times.
 *
 * @throws Error for a name that there is not: a fault of the case, not of who is judged
 */
export function fill<T>(value: T, variables: Variables): T {
  if (typeof value === 'string') return fillText(value, variables) as T;
  if (Array.isArray(value)) return value.map((item) => fill(item, variables)) as T;
  if (typeof value !== 'object' || value === null) return value;
  if ('$times' in value && '$of' in value) {
    return Array.from({ length: Number(value.$times) }, () => fill(value.$of, variables)) as T;
  }
  const entries = Object.entries(value).map(([name, item]) => [fillText(name, variables), fill(item, variables)]);
  return Object.fromEntries(entries) as T;
}

function fillText(text: string, variables: Variables): string {
  return text.replaceAll(PLACE, (_, place: string) => {
    const value = variables[place];
    if (value !== undefined) return value;
    const [, repeated = '', count] = /^(.+)\*(\d+)$/u.exec(place) ?? [];
    if (count === undefined) throw new Error(`the case uses {{${place}}}, which nothing has given a value`);
    return repeated.repeat(Number(count));
  });
}
