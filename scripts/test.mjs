import { Failure, runMain } from './setup/failure.mjs';
import { passThrough } from './setup/pass-through.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  await setUp('all');
  // In a file or a pipe Biome colours every single character.
  const colors = process.stdout.isTTY ? [] : ['--colors=off'];
  const lint = await passThrough(['node_modules/@biomejs/biome/bin/biome', 'ci', ...colors, '.']);
  if (lint !== 0) throw new Failure('lint or format: see above; npm run format mends most of it');

  const reporters = ['--reporters=default', '--reporters=<rootDir>/scripts/test/summary-reporter.mjs'];
  // Jest takes a path that follows a list for one more reporter.
  const args = ['node_modules/jest/bin/jest.js', ...process.argv.slice(2), ...reporters];
  return passThrough(args, { ...process.env, NODE_OPTIONS: nodeOptions() });
});

// Strict in every process that a test starts, too: a promise that nobody owns is a fault wherever it is.
function nodeOptions() {
  return [process.env.NODE_OPTIONS, '--unhandled-rejections=strict'].filter(Boolean).join(' ');
}
