import { bemob } from './bemob.js';
import { binom } from './binom.js';
import { cake } from './cake.js';
import { clickflare } from './clickflare.js';
import { everflow } from './everflow.js';
import { keitaro } from './keitaro.js';
import type { Network } from './network.js';
import { redtrack } from './redtrack.js';
import { thrivetracker } from './thrivetracker.js';
import { tune } from './tune.js';
import { voluum } from './voluum.js';

export type { BinomOptions } from './binom.js';
export type { CakeOptions } from './cake.js';
export type { CakeCorrections } from './cake-corrections.js';
export type { EverflowOptions } from './everflow.js';
export type { KeitaroOptions } from './keitaro.js';
export type * from './network.js';
export { NetworkOptionError } from './network-option-error.js';
export type { PlainPostbackOptions } from './plain-postback.js';
export type { RedTrackOptions } from './redtrack.js';
export { SENDER_MACROS, senderMacroValue } from './sender-macros.js';
export type { ThriveTrackerOptions } from './thrivetracker.js';
export type { TuneOptions } from './tune.js';
export type { VoluumOptions } from './voluum.js';
export { bemob, binom, cake, clickflare, everflow, keitaro, redtrack, thrivetracker, tune, voluum };

/** Every network we know, each declared once for sender, receiver, templates and logs. */
export const networks: readonly Network[] = [
  voluum,
  cake,
  everflow,
  thrivetracker,
  tune,
  redtrack,
  keitaro,
  binom,
  clickflare,
  bemob,
];

/** The network of a name such as `voluum`, when there is one. */
export function findNetwork(name: string): Network | undefined {
  return networks.find((network) => network.name === name);
}
