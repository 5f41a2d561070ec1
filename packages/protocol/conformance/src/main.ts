#!/usr/bin/env node
import { run } from './run.js';

const interrupted = new AbortController();
// A second Ctrl-C is Node's own, which ends at once.
process.once('SIGINT', () => interrupted.abort());

// `… | head` closes the pipe before everything is written: nobody wants the rest.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  out: {
    print: (line) => process.stdout.write(`${line}\n`),
    remark: (line) => process.stderr.write(`${line}\n`),
  },
  signal: interrupted.signal,
});
