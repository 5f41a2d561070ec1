import { ensureBuilt } from './setup/build.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { checkNode } from './setup/node-version.mjs';

/**
 * Everything that a command needs before its own job: the right Node, the dependencies, the compiled packages.
 * Says what it does while it does something, and nothing when there is nothing to do.
 *
 * @param {'runtime' | 'all'} scope see {@link ensureBuilt}
 */
export async function setUp(scope) {
  checkNode();
  await ensureInstalled();
  await ensureBuilt(scope);
}
