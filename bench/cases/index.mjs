import { cases as clickRedirect } from './click-redirect.mjs';
import { cases as convertDurable } from './convert-durable.mjs';
import { cases as convertLoopDelay } from './convert-loop-delay.mjs';
import { slowCases as convertMemory } from './convert-memory.mjs';
import { cases as delivery } from './delivery.mjs';
import { cases as deliveryOutage } from './delivery-outage.mjs';
import { cases as intake } from './intake.mjs';
import { slowCases as intakeClicks } from './intake-clicks.mjs';
import { cases as intakeHttp } from './intake-http.mjs';
import { slowCases as report } from './report.mjs';

/** Each takes a context and answers rows. */
export const cases = {
  ...clickRedirect,
  ...convertDurable,
  ...convertLoopDelay,
  ...delivery,
  ...deliveryOutage,
  ...intake,
  ...intakeHttp,
};

/** Take minutes or gigabytes: only run when named in full. */
export const slowCases = { ...convertMemory, ...intakeClicks, ...report };
