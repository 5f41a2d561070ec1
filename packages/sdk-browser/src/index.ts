export { init } from './init.js';
export { isClickId } from './is-click-id.js';
export type { Captured, Clicks, Consent, CookieOptions, Model, Options, Reason, Touch } from './types.js';
