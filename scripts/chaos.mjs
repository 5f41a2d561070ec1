import { runMain } from './setup/failure.mjs';
import { passThrough } from './setup/pass-through.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  await setUp('runtime');
  return passThrough(['chaos/run.mjs', ...process.argv.slice(2)]);
});
