import { join } from 'node:path';
import { ask } from '../lib/child.mjs';
import { rowsOf } from '../lib/rounds.mjs';
import { startSilentServer } from '../lib/silent-server.mjs';

const NAME = 'convert.memory';
const FEW = 10_000;
const MANY = 1_000_000;

/**
 * Resident memory of a process with a million pending deliveries, against itself when it was empty and when there were
 * few, and against another that opens the same file later. Lower is better; once, for it is about growth and not speed.
 */
async function measure({ folder, progress }) {
  const silent = await startSilentServer();
  const options = { path: join(folder, 'memory.db'), url: silent.url, quiet: true };
  try {
    const { mebibytes } = await ask('filling-host.mjs', { options, levels: [0, FEW, MANY] });
    const reopened = await ask('filling-host.mjs', { options, levels: [0] });
    progress(1, 1);
    const results = {
      tallyback: [mebibytes[2]],
      'nothing pending': [mebibytes[0]],
      [`${FEW.toLocaleString('en')} pending`]: [mebibytes[1]],
      'a process that opens the file with all pending': [reopened.mebibytes[0]],
    };
    return rowsOf(NAME, 'tallyback', results, 'MiB resident', 'lower');
  } finally {
    await silent.stop();
  }
}

export const slowCases = { [NAME]: measure };
