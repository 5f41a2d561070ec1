import { runMain } from './setup/failure.mjs';
import { setUp } from './setup.mjs';

await runMain(() => setUp('all'));
