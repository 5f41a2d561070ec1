#!/usr/bin/env node
import { existsSync } from 'node:fs';

// npm links only commands that are there when it installs. In the repository that is before anything is built.
const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('tallyback is not built yet: run "npm run build" in the repository.\n');
  process.exitCode = 1;
}
