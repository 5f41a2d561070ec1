import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CLICK_ID_PATTERN, createId, idTime, parseClickId } from '@tallyback/protocol';
import { isClickId } from '@tallyback/sdk-browser';
import { clickTime } from '../src/lib/click-time.js';

interface Vectors {
  valid: { description: string; id: string; timeMs: number }[];
  parse: { description: string; text: string; id: string | null }[];
}
const file = join(__dirname, '../../protocol/vectors/click-id.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

describe('the click id of this package and of @tallyback/protocol', () => {
  it.each(vectors.valid)('is accepted by both in either case, with the same time: $description', ({ id, timeMs }) => {
    expect(isClickId(id)).toBe(true);
    expect(isClickId(id.toUpperCase())).toBe(true);
    expect(parseClickId(id.toUpperCase())).toBe(id);
    expect(clickTime(id)).toBe(timeMs);
    expect(clickTime(id)).toBe(idTime(id));
  });

  it.each(vectors.parse)('is the same text to both: $description', ({ text, id }) => {
    expect(isClickId(text)).toBe(id !== null);
    expect(parseClickId(text) ?? null).toBe(id);
  });

  it('is the one the tracker creates', () => {
    const id = createId(1_795_000_000_123);
    expect(isClickId(id)).toBe(true);
    expect(CLICK_ID_PATTERN.test(id)).toBe(true);
    expect(clickTime(id)).toBe(1_795_000_000_123);
  });
});
