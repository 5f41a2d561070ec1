#!/usr/bin/env node
import { run } from './run.js';
import { terminalOf } from './terminal.js';

/** How long a command may take to end in order after Ctrl-C, in milliseconds. */
const GRACE_MS = 2_000;
/** What shells report of a program that SIGINT has ended. */
const INTERRUPTED = 130;

const interrupted = new AbortController();
// A second Ctrl-C is Node's own, which ends at once.
process.once('SIGINT', () => {
  interrupted.abort();
  setTimeout(() => process.exit(INTERRUPTED), GRACE_MS).unref();
});

// `tallyback queue ls | head` closes the pipe before everything is written: nobody wants the rest.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  now: Date.now,
  signal: interrupted.signal,
  terminal: terminalOf(process.stdout, process.stderr, process.env),
});
