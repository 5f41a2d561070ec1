import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { bundle, scriptBuild } from './support/build.js';

const committed = JSON.parse(readFileSync(join(__dirname, '../size.json'), 'utf8')) as { core: number; script: number };
const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
const kilobytes = (size: number) => `${(size / 1000).toFixed(1)} KB`;
const gzip = (text: string) => gzipSync(text, { level: 9 }).length;

describe('the size a visitor pays, in bytes of gzip -9', () => {
  it('stays within 2,000 for init() alone, and within a tenth of the committed number, as the README says', async () => {
    const size = gzip(await bundle("export { init } from './index.js';", { format: 'esm' }));
    expect(size).toBeLessThanOrEqual(Math.min(2000, committed.core * 1.1));
    expect(readme).toContain(`${kilobytes(size)} for the module`);
  });

  it('stays within 4,096 for the whole script, and within a tenth of the committed number, as the README says', async () => {
    const size = gzip(await scriptBuild());
    expect(size).toBeLessThanOrEqual(Math.min(4096, committed.script * 1.1));
    expect(readme).toContain(`${kilobytes(size)} for the whole script`);
  });

  it('costs nothing for what a page does not use, because importing does nothing', async () => {
    const imports = "import { init, isClickId } from './index.js'; import { forms } from './forms.js';";
    expect(await bundle(imports, { format: 'esm', ignoreAnnotations: true })).toBe('');
  });
});
