// What a visitor downloads: our entries and published peers, bundled and minified alike, in bytes of gzip -9.
// `node bench/browser-size.mjs` prints the table and writes it to bench/browser-size.md; the peers are installed into a
// temporary folder, so that nobody who builds this repository has to have them.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const PEERS = [
  ['@dub/analytics', '0.0.32', 'loader only: the script comes from a server'],
  ['plausible-tracker', '0.3.9', 'page views, archived'],
  ['@plausible-analytics/tracker', '0.4.6', 'page views'],
  ['sourcebuster', '1.1.0', 'traffic sources in cookies'],
  ['@snowplow/browser-tracker', '4.10.1', 'product analytics'],
  ['@segment/analytics-next', '1.84.3', 'product analytics'],
  ['posthog-js', '1.449.2', 'product analytics'],
];

const OURS = [
  ['init()', ['init']],
  ['init(), forms', ['init', 'forms']],
  ['init(), decorate', ['init', 'decorate']],
  ['init(), consent by TCF, GPP and GPC', ['init', 'consent/tcf', 'consent/gpp', 'consent/gpc']],
  ['init(), direct', ['init', 'direct']],
  ['init(), handoff, platforms, registry', ['init', 'handoff', 'platforms', 'registry']],
  ['init(), sync', ['init', 'sync']],
];

const sdk = fileURLToPath(new URL('../packages/sdk-browser/', import.meta.url));
const shared = JSON.parse(await readFile(join(sdk, 'bundle.json'), 'utf8'));

const measure = (contents, resolveDir) => sizeOf({ format: 'esm', stdin: { contents, resolveDir, loader: 'ts' } });

async function sizeOf(input) {
  const options = { ...shared, define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'error' };
  const { outputFiles } = await build({ ...options, platform: 'browser', write: false, ...input });
  const text = outputFiles.map((file) => file.text).join('');
  return { min: Buffer.byteLength(text), gzip: gzipSync(text, { level: 9 }).length };
}

const rows = [];
for (const [what, names] of OURS) {
  const imports = names.map((name) => `export * from './${name}.js';`).join('');
  rows.push({ what: `**sdk-browser**: ${what}`, ...(await measure(imports, join(sdk, 'src'))) });
}
const script = await sizeOf({ format: 'iife', entryPoints: [join(sdk, 'src/iife.ts')] });
rows.push({ what: '**sdk-browser**: the whole script', ...script });

const folder = await mkdtemp(join(tmpdir(), 'tallyback-sizes-'));
try {
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const packages = PEERS.map(([name, version]) => `${name}@${version}`);
  const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', ...packages];
  await promisify(execFile)('npm', npm, { cwd: folder, shell: process.platform === 'win32' });
  for (const [name, version, what] of PEERS) {
    rows.push({
      what: `${name} ${version}: ${what}`,
      ...(await measure(`import * as all from '${name}'; globalThis.all = all;`, folder)),
    });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const table = [
  '| what | minified | gzip -9 |',
  '|---|---|---|',
  ...rows
    .sort((a, b) => a.gzip - b.gzip)
    .map(({ what, min, gzip }) => `| ${what} | ${min.toLocaleString('en-US')} | ${gzip.toLocaleString('en-US')} |`),
].join('\n');
const page = `# What a visitor downloads

Bytes, each bundled and minified by the same esbuild with the same options. Made by \`node bench/browser-size.mjs\`;
the packages do different things, so this says what a page pays and not which is better.

${table}
`;
await writeFile(new URL('browser-size.md', import.meta.url), page);
process.stdout.write(`${table}\n`);
