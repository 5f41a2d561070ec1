import { parseArgs } from 'node:util';
import { Failure, runMain } from './setup/failure.mjs';
import { passThrough } from './setup/pass-through.mjs';
import { setUp } from './setup.mjs';

const USAGE = 'npm run fuzz -- [--requests 100000] [--seed 1]';

await runMain(async () => {
  const { requests, seed } = readOptions();
  await setUp('all');
  process.stdout.write(`${requests} malformed requests over each adapter, seed ${seed}\n`);
  return passThrough(['node_modules/jest/bin/jest.js', 'packages/nest-tracker/test/fuzz'], {
    ...process.env,
    TALLYBACK_FUZZ_REQUESTS: String(requests),
    TALLYBACK_FUZZ_SEED: String(seed),
  });
});

/** @returns {{ requests: number, seed: number }} */
function readOptions() {
  const options = { requests: { type: 'string', default: '100000' }, seed: { type: 'string' } };
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw new Failure(`${error.message}. Usage: ${USAGE}`);
  }
  const seed = values.seed ?? String(Math.floor(Math.random() * 1_000_000_000));
  for (const [name, value] of Object.entries({ requests: values.requests, seed })) {
    if (!/^[1-9]\d{0,8}$/.test(value)) throw new Failure(`--${name} must be a whole number above 0. Usage: ${USAGE}`);
  }
  return { requests: Number(values.requests), seed: Number(seed) };
}
