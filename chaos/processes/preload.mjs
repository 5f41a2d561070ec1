import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

// Preloaded into every process of a run, and by Node into its threads: gives it a clock that the harness can move, and
// lets it end with the harness, even when that is killed.
const { CHAOS_CONTROL: control, CHAOS_NAME: name } = process.env;
const LOOK_EVERY_MS = 50;
const realNow = Date.now;
let offset = 0;
let lookedAt = Number.NEGATIVE_INFINITY;

function now() {
  const at = performance.now();
  if (at - lookedAt >= LOOK_EVERY_MS) {
    lookedAt = at;
    offset = JSON.parse(readFileSync(control, 'utf8')).clocks[name] ?? 0;
  }
  return realNow() + offset;
}

Date.now = now;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
});

if (isMainThread) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}
