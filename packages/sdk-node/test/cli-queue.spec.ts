import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { sqliteQueue } from '../src/sqlite.js';
import { answer, MAIN, tallyback } from './support/cli.js';
import { message } from './support/messages.js';
import { tempDirs } from './support/temp-dir.js';

const dirs = tempDirs();

describe('tallyback queue', () => {
  /** Two deliveries wait, one is tried again later, and two are dead, one of them without a body. */
  async function filled(): Promise<{ path: string; dead: string; bodyless: string }> {
    const path = join(dirs(), 'queue.db');
    const queue = sqliteQueue({ path });
    const createdAt = Date.now() - 3_600_000;
    const [first, second, third] = [
      message({ to: ['house', 'partner'], createdAt }),
      message({ createdAt }),
      message({ createdAt }),
    ];
    const impossible = { ...third.deliveries[0], body: '', dead: 'no such event' } as never;
    for (const one of [first, second, { ...third, deliveries: [impossible] }]) await queue.enqueue(one);
    const now = Date.now();
    const [claim] = await queue.claim({ destination: 'house', limit: 1, leaseMs: 60_000, now });
    const [other] = await queue.claim({ destination: 'partner', limit: 1, leaseMs: 60_000, now });
    if (!claim || !other) throw new Error('nothing was claimed');
    await queue.settle([
      { ...claim, outcome: 'dead', answer: 'click_not_found: no\u001b[31m\n{"reason":"click_not_found"}' },
      { ...other, outcome: 'retry', at: now + 300_000, step: 1, answer: 'HTTP 503' },
    ]);
    await queue.close();
    return { path, dead: claim.id, bodyless: third.deliveries[0]?.id ?? '' };
  }

  it('lists counts and deliveries, without bodies unless asked', async () => {
    const { path, dead } = await filled();
    const { code, value } = await answer(['queue', 'ls', '--path', path]);
    expect(code).toBe(0);
    expect(value.destinations).toMatchObject([
      { destination: 'house', pending: 1, inFlight: 0, dead: 2 },
      { destination: 'partner', pending: 1, inFlight: 0, dead: 0 },
    ]);
    expect(value.deliveries).toHaveLength(4);
    expect(value.deliveries[0]).not.toHaveProperty('body');
    const some = await answer(['queue', 'ls', '--path', path, '--state', 'dead', '--limit', '1', '--body']);
    expect(some.value.deliveries).toMatchObject([{ id: dead, body: expect.stringMatching(/^body /) }]);
    const rest = await answer(['queue', 'ls', '--path', path, '--state', 'dead', '--cursor', some.value.next]);
    expect(rest.value.deliveries).toHaveLength(1);
    const { out } = await tallyback(['queue', 'ls', '--path', path]);
    expect(out).toMatch(/^destination +pending +in flight +dead +oldest +next\nhouse +1 +0 +2 /);
    expect(out).not.toContain('\u001b');
  });

  it('shows dead letters with what was answered, and one in full', async () => {
    const { path, dead } = await filled();
    const { out } = await tallyback(['queue', 'dead', '--path', path]);
    expect(out).toContain(dead);
    expect(out).toContain('click_not_found: no\u241b[31m');
    expect(out).not.toContain('{"reason"');
    const full = await tallyback(['queue', 'dead', dead, 'unknown', '--path', path]);
    expect(full).toMatchObject({ code: 1, error: 'unknown: there is no such dead letter\n' });
    expect(full.out).toContain('{"reason":"click_not_found"}');
    expect(full.out).toMatch(/ {4}body \d+/);
  });

  it('puts dead letters back, one or all, and says which could not be', async () => {
    const { path, dead } = await filled();
    expect(await answer(['queue', 'retry', dead, '--path', path])).toEqual({
      code: 0,
      value: { retried: 1, left: 0, interrupted: false },
    });
    expect(await answer(['queue', 'retry', dead, '--path', path])).toEqual({
      code: 1,
      value: { retried: 0, left: 1, interrupted: false },
    });
    expect(await answer(['queue', 'retry', '--all', '--path', path])).toEqual({
      code: 1,
      value: { retried: 0, left: 1, interrupted: false },
    });
    const queue = sqliteQueue({ path });
    const claimed = await queue.claim({ destination: 'house', limit: 9, leaseMs: 60_000, now: Date.now() });
    await queue.close();
    expect(claimed.map(({ id }) => id)).toContain(dead);
  });

  it('discards dead letters only when told which', async () => {
    const { path, dead, bodyless } = await filled();
    expect((await tallyback(['queue', 'dead', '--discard', '--path', path])).code).toBe(2);
    expect((await tallyback(['queue', 'dead', '--all', '--path', path])).code).toBe(2);
    expect((await tallyback(['queue', 'retry', '--all', dead, '--path', path])).code).toBe(2);
    const none = ['queue', 'dead', '--discard', '--all', '--destination', 'partner', '--path', path];
    expect((await answer(none)).value).toEqual({ discarded: 0, left: 0, interrupted: false });
    expect((await answer(['queue', 'dead', '--discard', dead, '--path', path])).value).toEqual({
      discarded: 1,
      left: 0,
      interrupted: false,
    });
    expect((await answer(['queue', 'dead', '--path', path])).value.deliveries).toMatchObject([{ id: bodyless }]);
    const { out } = await tallyback(['queue', 'dead', '--discard', '--all', '--path', path]);
    expect(out).toBe('1 discarded\n');
  });

  it('watches what comes and goes, and ends in order on Ctrl-C', async () => {
    const { path, dead } = await filled();
    const child = spawn(process.execPath, [MAIN, 'queue', 'watch', '--path', path, '--interval', '1', '--json']);
    const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
    const looks = createInterface(child.stdout)[Symbol.asyncIterator]();
    const look = async (): Promise<unknown> => JSON.parse(String((await looks.next()).value));
    expect(await look()).toMatchObject({ accepted: 4, destinations: [{ dead: 2 }, { dead: 0 }] });
    await tallyback(['queue', 'dead', '--discard', dead, '--path', path]);
    const seen: unknown[] = [];
    do seen.push(await look());
    while (!JSON.stringify(seen.at(-1)).includes('"gone":1'));
    expect(seen.at(-1)).toMatchObject({ changes: { accepted: 0, gone: 1 }, destinations: [{ dead: 1 }, { dead: 0 }] });
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('makes no queue where there is none, and takes no other file for one', async () => {
    const path = join(dirs(), 'none.db');
    const { code, error } = await tallyback(['queue', 'ls', '--path', path]);
    expect({ code, made: existsSync(path) }).toEqual({ code: 1, made: false });
    expect(error).toContain('there is no queue file');
    const text = join(dirs(), 'notes.txt');
    writeFileSync(text, 'not a database, but long enough to be read as one'.repeat(40));
    const before = readFileSync(text);
    expect(await answer(['queue', 'ls', '--path', text])).toMatchObject({
      code: 1,
      value: { error: { code: 'queue_unavailable' } },
    });
    expect(readFileSync(text).equals(before)).toBe(true);
  });
});
