export { hopCookie } from './landing/hop-cookie.js';
export { type Landing, type LandingOptions, landingClick, landingCookie } from './landing/landing-cookie.js';
export type { ClickCookieOptions, LandingConsent } from './landing/landing-options.js';
export { type Synced, type SyncOptions, syncCookie } from './landing/sync-cookie.js';
export type { Touch } from './landing/touch.js';
export type { HeaderReader, LandingRequest, LandingResponse } from './landing/web-exchange.js';
