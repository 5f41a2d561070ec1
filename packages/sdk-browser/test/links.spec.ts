import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(__dirname, '..');

describe('the links of the documentation', () => {
  it.each(['README.md', '../../docs/browser-storage.md'])('lead to files that are there: %s', (page) => {
    const file = join(root, page);
    const links = [...readFileSync(file, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path]) =>
      String(path),
    );
    expect(links.length).toBeGreaterThan(1);
    expect(links.filter((path) => !existsSync(join(dirname(file), path)))).toEqual([]);
  });
});
