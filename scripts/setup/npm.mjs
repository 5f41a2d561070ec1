import { runQuietly } from './quiet-command.mjs';

/** Runs npm quietly. */
export function npm(what, args) {
  // Under `npm start` and `npm test` npm names its own file: that very npm is used, also when PATH has none or another.
  const itself = process.env.npm_execpath;
  const throughNode = itself?.endsWith('.js') ?? false;
  return runQuietly({
    what,
    command: throughNode ? process.execPath : 'npm',
    args: throughNode ? [itself, ...args] : args,
    missing: 'npm was not found: it comes with Node, get both at https://nodejs.org and see that npm is on the PATH',
  });
}
