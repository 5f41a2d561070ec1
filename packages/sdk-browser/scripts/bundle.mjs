// Builds the files for a plain <script> tag: dist/tallyback.js, the same with explanations for development, both once
// more with the version in their names, and dist/sri.json with the hashes for the integrity attribute. The options live in bundle.json because the size gate
// measures with the same ones.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const shared = JSON.parse(readFileSync(file('bundle.json'), 'utf8'));
const { version } = JSON.parse(readFileSync(file('package.json'), 'utf8'));
const integrity = {};
mkdirSync(file('dist'), { recursive: true });
// Of another version, by an earlier build: it would be published with this one.
for (const name of readdirSync(file('dist'))) if (name.startsWith('tallyback-')) rmSync(file(`dist/${name}`));

for (const [name, entry, minify] of [
  ['tallyback.js', 'iife.ts', true],
  ['tallyback.debug.js', 'iife-debug.ts', false],
]) {
  const outfile = file(`dist/${name}`);
  await build({ ...shared, minify, entryPoints: [file(`src/${entry}`)], outfile, format: 'iife' });
  const bytes = readFileSync(outfile);
  // The same under a name of this version alone: what a page has pinned by its hash, and may cache for ever.
  const versioned = name.replace('.', `-${version}.`);
  writeFileSync(file(`dist/${versioned}`), bytes);
  integrity[name] = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
  integrity[versioned] = integrity[name];
  const gzip = gzipSync(bytes, { level: 9 }).length;
  process.stdout.write(`sdk-browser: dist/${name} ${bytes.length} bytes, ${gzip} gzip\n`);
}
writeFileSync(file('dist/sri.json'), `${JSON.stringify({ version, integrity }, null, 2)}\n`);
