// Builds dist/tallyback.js, the file for a plain <script> tag. The options live in bundle.json because
// the size gate measures with the same ones.
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const outfile = file('dist/tallyback.js');

await build({
  ...JSON.parse(readFileSync(file('bundle.json'), 'utf8')),
  entryPoints: [file('src/iife.ts')],
  outfile,
  format: 'iife',
});

const gzip = gzipSync(readFileSync(outfile), { level: 9 }).length;
process.stdout.write(`sdk-browser: dist/tallyback.js ${statSync(outfile).size} bytes, ${gzip} gzip\n`);
