import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { bundle, scriptBuild } from './support/build.js';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const committed = JSON.parse(read('size.json')) as Record<string, number>;
const gzip = (text: string) => gzipSync(text, { level: 9 }).length;
const kilobytes = (size: number) => `${(size / 1000).toFixed(1)} KB`;

/** What may be added to `init()`, with the budget in bytes that it has on top of it. */
const PARTS: [part: string, budget: number, imports: string][] = [
  ['forms', 500, "export * from './forms.js';"],
  ['decorate', 600, "export * from './decorate.js';"],
  ['direct', 500, "export * from './direct.js';"],
  ['handoff', 500, "export * from './handoff.js';"],
  [
    'consent',
    500,
    "export * from './consent/tcf.js'; export * from './consent/gpp.js'; export * from './consent/gpc.js';",
  ],
  ['google', 500, "export * from './consent/google.js';"],
  ['platforms', 500, "export * from './platforms.js';"],
  ['sync', 500, "export * from './sync.js';"],
  ['losses', 500, "export * from './losses.js';"],
  ['late', 500, "export * from './late.js';"],
  ['registry', 500, "export * from './registry.js';"],
];
const CORE = "export { init } from './init.js';";
const sizeOf = async (imports: string) => gzip(await bundle(imports, { format: 'esm' }));

describe('the size a visitor pays, in bytes of gzip -9', () => {
  it('stays within 2,000 for init() alone, and within a tenth of the committed number, as the README says', async () => {
    const size = await sizeOf(CORE);
    expect(size).toBeLessThanOrEqual(Math.min(2000, Number(committed.core) * 1.1));
    expect(read('README.md')).toContain(`${kilobytes(size)} for the module`);
  });

  it('stays within 4,096 for the whole script, and within a tenth of the committed number, as the README says', async () => {
    const size = gzip(await scriptBuild());
    expect(size).toBeLessThanOrEqual(Math.min(4096, Number(committed.script) * 1.1));
    expect(read('README.md')).toContain(`${kilobytes(size)} for the whole script`);
  });

  it.each(PARTS)(
    'stays within its budget and a tenth of the committed number for %s',
    async (part, budget, imports) => {
      const size = (await sizeOf(CORE + imports)) - (await sizeOf(CORE));
      expect(size).toBeLessThanOrEqual(Math.min(budget, Number(committed[part]) * 1.1));
    },
  );

  it('costs nothing for what a page does not use, because importing does nothing', async () => {
    const names = ['index', ...PARTS.map(([part]) => part).filter((part) => part !== 'consent' && part !== 'google')];
    const adapters = ['tcf', 'gpp', 'gpc', 'google'].map((name) => `consent/${name}`);
    const imports = [...names, ...adapters].map((name, i) => `import * as part${i} from './${name}.js';`).join('');
    expect(await bundle(imports, { format: 'esm', ignoreAnnotations: true })).toBe('');
  });
});

describe('dist/sri.json', () => {
  it('has the hash of each file for a script tag, and the version it belongs to', () => {
    // Without a build there is nothing to serve, and nothing to hash.
    if (!existsSync(join(root, 'dist/tallyback.js'))) throw new Error('run `npm run build` before this test');
    const { version, integrity } = JSON.parse(read('dist/sri.json')) as {
      version: string;
      integrity: Record<string, string>;
    };
    const { version: current } = JSON.parse(read('package.json')) as { version: string };
    expect(version).toBe(current);
    const [script, debug] = ['tallyback.js', 'tallyback.debug.js'];
    const [versioned, versionedDebug] = [`tallyback-${version}.js`, `tallyback-${version}.debug.js`];
    // And none of another version.
    expect(Object.keys(integrity).sort()).toEqual([script, debug, versioned, versionedDebug].sort());
    expect(readdirSync(join(root, 'dist')).filter((name) => /^tallyback.*\.js$/.test(name))).toHaveLength(4);
    expect(read(`dist/${versioned}`)).toBe(read(`dist/${script}`));
    for (const name of Object.keys(integrity)) {
      const hash = createHash('sha384')
        .update(read(`dist/${name}`))
        .digest('base64');
      expect(integrity[name]).toBe(`sha384-${hash}`);
    }
  });
});
