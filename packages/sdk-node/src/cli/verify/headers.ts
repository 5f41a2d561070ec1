import { UsageError } from '../failures.js';

/** Header values by lower-case name. */
export type Headers = ReadonlyMap<string, string>;

/**
 * Headers as tools write them down: `Name: value` lines (also with curl's `> ` before each, and with a request line), or JSON,
 * an object or a list of pairs.
 *
 * @throws {UsageError} when it is neither
 */
export function parseHeaders(text: string): Headers {
  const trimmed = text.trim();
  const entries = /^[[{]/.test(trimmed) ? fromJson(trimmed) : trimmed.split(/\r?\n/).flatMap(fromLine);
  if (entries.length === 0) throw new UsageError('the headers are neither "Name: value" lines nor JSON');
  return new Map(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

/** One `Name: value` line; nothing for a request line or one without a colon. */
export function fromLine(line: string): [string, string][] {
  const match = /^(?:>\s*)?([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)\s*$/.exec(line);
  return match ? [[match[1] ?? '', match[2] ?? '']] : [];
}

function fromJson(text: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError('the headers look like JSON but are not');
  }
  const pairs: unknown[] = Array.isArray(value) ? value : Object.entries(value as object);
  return pairs.map((pair) => {
    if (Array.isArray(pair) && pair.length === 2) {
      const [name, content] = pair as [unknown, unknown];
      const single: unknown = Array.isArray(content) && content.length === 1 ? content[0] : content;
      if (typeof name === 'string' && (typeof single === 'string' || typeof single === 'number')) {
        return [name, String(single)];
      }
    }
    throw new UsageError('headers as JSON must be an object of texts, or a list of [name, value] pairs');
  });
}
