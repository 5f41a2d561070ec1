import { Failure } from './failure.mjs';
import { npm } from './npm.mjs';
import { readJson } from './repository.mjs';

/** Installs with `npm ci` unless what is installed is what the lock file says. */
export async function ensureInstalled() {
  const lock = readJson('package-lock.json');
  if (lock === undefined) throw new Failure('package-lock.json is missing or broken: restore it with git checkout');
  if (isInstalled(lock, readJson('node_modules/.package-lock.json'))) return;
  // No dependency needs its install script, and without them nothing foreign runs during the installation. Development
  // tools are part of the job whatever NODE_ENV says.
  const flags = ['--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
  await npm('installing dependencies', ['ci', ...flags]);
}

/**
 * Whether the installed tree (npm's own record of it) has all of the lock file. Contents are compared, not the times of
 * the two files: a checkout that goes there and back renews the time and would cost a minute of installing the same.
 */
function isInstalled(lock, installed) {
  if (installed === undefined) return false;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || wanted.optional) return true;
    const have = installed.packages[path];
    return (
      have?.version === wanted.version && have?.integrity === wanted.integrity && have?.resolved === wanted.resolved
    );
  });
}
