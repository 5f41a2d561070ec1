import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inRepository, ROOT } from './repository.mjs';

const WORKSPACES = ['packages', 'examples'];
const NOT_SOURCES = new Set(['dist', 'node_modules', 'var', 'vectors', 'cases', 'assets']);
const SOURCE = /\.(?:ts|mts|tsx|js|mjs|json)$/;
// Compiled for those who install the package; nothing that runs here needs it.
const CONFORMANCE = /[/\\]conformance[/\\]/;
const FOR_TESTS_ONLY = /\.spec\.tsx?$|[/\\]test[/\\]|tsconfig\.spec\.json$/;

/**
 * Everything a build is made from: the sources and manifests of all workspaces and the settings they share.
 *
 * @param {'runtime' | 'all'} scope `runtime` leaves out what only tests need
 * @returns {string[]} paths relative to the repository, sorted
 */
export function listSources(scope) {
  const shared = ['package-lock.json', 'tsconfig.base.json', 'tsconfig.json'];
  const files = WORKSPACES.flatMap((folder) => walk(inRepository(folder)));
  return [
    ...shared,
    ...files.filter((path) => scope === 'all' || !(FOR_TESTS_ONLY.test(path) || CONFORMANCE.test(path))),
  ].sort();
}

/** One digest of the paths and contents of `paths`. */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    hash
      .update(`${path}\0`)
      .update(readFileSync(inRepository(path)))
      .update('\0');
  return hash.digest('hex');
}

/** Whether every source of a `src` folder has its compiled file in `dist`. */
export function isCompiled(paths) {
  return paths
    .filter((path) => /[/\\]src[/\\].*\.tsx?$/.test(path) && !/\.d\.ts$/.test(path) && !FOR_TESTS_ONLY.test(path))
    .every((path) => existsSync(inRepository(path.replace(/([/\\])src([/\\])/, '$1dist$2').replace(/\.tsx?$/, '.js'))));
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_SOURCES.has(entry.name) ? [] : walk(path);
    return SOURCE.test(entry.name) ? [relative(ROOT, path)] : [];
  });
}
