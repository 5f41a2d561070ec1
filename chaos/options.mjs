import { parseArgs } from 'node:util';
import { PLANTS } from './plants.mjs';

export const USAGE =
  'npm run chaos -- [--minutes 2] [--seed TEXT] [--database sqlite|postgres] [--trackers 1|2] [--conversions N] [--json FILE] [--plant NAME] [--keep]';

/** Orders in a second, unless told otherwise. */
const RATE = 60;

/** @returns {object | undefined} nothing when it is the usage that is asked for @throws {Error} whose message says what is wrong */
export function readOptions(args) {
  const text = { type: 'string' };
  const { values } = parseArgs({
    args,
    options: {
      minutes: { ...text, default: '2' },
      seed: text,
      database: { ...text, default: 'sqlite' },
      trackers: text,
      conversions: text,
      json: text,
      plant: text,
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const { database, seed = String(Math.floor(Math.random() * 1_000_000_000)), json, keep, plant } = values;
  if (!['sqlite', 'postgres'].includes(database)) throw new Error('--database must be sqlite or postgres');
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 10_000)) throw new Error('--minutes must be a number above 0');
  const trackers = Number(values.trackers ?? (database === 'postgres' ? 2 : 1));
  if (trackers !== 1 && trackers !== 2) throw new Error('--trackers must be 1 or 2');
  if (trackers === 2 && database === 'sqlite') throw new Error('two trackers need --database postgres');
  const conversions = Number(values.conversions ?? Math.ceil(minutes * 60 * RATE));
  if (!Number.isInteger(conversions) || conversions < 1)
    throw new Error('--conversions must be a whole number above 0');
  const all = Object.keys(PLANTS);
  if (![undefined, 'all', ...all].includes(plant)) throw new Error(`--plant must be all, ${all.join(', ')}`);
  const plants = plant === 'all' ? all : [plant].filter((name) => name !== undefined);
  return { seconds: minutes * 60, seed, database, trackers, conversions, json, keep, plants };
}
