import { keeping } from './keeping.js';

/** What every engine has to pass. */
export const scenarios = [keeping];
