import { checkout } from './checkout.js';
import { consenting } from './consenting.js';
import { directClicks } from './direct-clicks.js';
import { handingOver } from './handing-over.js';
import { keeping } from './keeping.js';
import { lifecycles } from './lifecycles.js';
import { losing } from './losing.js';
import { obstacles } from './obstacles.js';

/** What every engine has to pass. */
export const scenarios = [keeping, lifecycles, handingOver, directClicks, losing, consenting, checkout, obstacles];
