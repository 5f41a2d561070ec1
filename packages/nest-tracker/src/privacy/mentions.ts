/** The ways in which a text may stand in a logged query or body, for the database to look for. */
export function spellings(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const escaped = json.replaceAll(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const percent = encodeURIComponent(text);
  return [
    ...new Set([
      text,
      json,
      // PHP's json_encode.
      escaped.replaceAll('/', '\\/'),
      escaped,
      percent,
      percent.replaceAll('%20', '+'),
      new URLSearchParams({ x: text }).toString().slice(2),
      percent.replaceAll(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    ]),
  ];
}

/**
 * Whether a logged query or body holds a value that is exactly this text. What can no longer be read as JSON (it was cut)
 * is taken to hold it wherever the text appears.
 */
export function mentions(logged: string | null, text: string): boolean {
  if (logged === null) return false;
  if (/^\s*[[{"]/.test(logged)) {
    try {
      return holds(JSON.parse(logged), text);
    } catch {
      return spellings(text).some((spelling) => logged.includes(spelling));
    }
  }
  return [...new URLSearchParams(logged).values()].includes(text);
}

function holds(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return value === text;
  return Object.values(value).some((inner) => holds(inner, text));
}
