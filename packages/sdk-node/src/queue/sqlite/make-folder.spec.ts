import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeFolder } from './make-folder.js';

describe('the folder of a queue file', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'tallyback-folder-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('is made with those above it, and is content when it is there', () => {
    const path = join(root, 'a', 'b', 'c');
    makeFolder(path);
    makeFolder(path);
    makeFolder('.');
    makeFolder('/');
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it('is refused where a file stands in its way', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(() => makeFolder(file)).toThrow(/EEXIST/);
    expect(() => makeFolder(join(file, 'below', 'it'))).toThrow(/ENOTDIR|ENOENT|EEXIST/);
  });

  it('is refused, and not tried for ever, where the system lets nobody make one', () => {
    // Linux says below /proc that there is no such file, though its parent is there; Windows of a drive that is not there.
    const places: Partial<Record<NodeJS.Platform, string>> = { linux: '/proc/tallyback', win32: 'B:\\tallyback' };
    const nowhere = places[process.platform] ?? join(root, 'file', 'tallyback');
    expect(() => makeFolder(nowhere)).toThrow(/mkdir/);
    expect(() => makeFolder(join(nowhere, 'queue', 'below'))).toThrow(/mkdir/);
  });
});
