import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { npm } from './npm.mjs';
import { runQuietly } from './quiet-command.mjs';
import { inRepository, readJson } from './repository.mjs';
import { fingerprint, isCompiled, listSources } from './sources.mjs';

const STAMPS = 'node_modules/.cache/tallyback';
const BROWSER_BUNDLE = 'packages/sdk-browser/dist/tallyback.js';
const TARGETS = { runtime: ['examples/tracker', 'examples/shop'], all: [] };

/**
 * Compiles what is not compiled yet and bundles the browser SDK; quiet and quick when nothing changed.
 *
 * @param {'runtime' | 'all'} scope `runtime`: what `npm start` needs; `all`: everything with the types of the specs
 */
export async function ensureBuilt(scope) {
  const stamp = `${STAMPS}/built-${scope}.json`;
  const sources = listSources(scope);
  const digest = fingerprint(sources);
  const complete = isCompiled(sources) && existsSync(inRepository(BROWSER_BUNDLE));
  if (complete && readJson(stamp)?.digest === digest) return;

  // tsc believes its own notes: it has to be forced when compiled files were deleted beside them.
  const force = isCompiled(sources) ? [] : ['--force'];
  const what = scope === 'all' ? 'compiling everything and checking types' : 'compiling';
  const tsc = inRepository('node_modules/typescript/bin/tsc');
  await runQuietly({ what, command: process.execPath, args: [tsc, '-b', ...TARGETS[scope], ...force] });
  await npm('bundling the browser SDK', ['run', 'bundle', '-w', '@tallyback/sdk-browser']);
  mkdirSync(inRepository(STAMPS), { recursive: true });
  writeFileSync(inRepository(stamp), JSON.stringify({ digest }));
}
