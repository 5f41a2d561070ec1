export type { AccessToken } from './destinations/ad-platforms/access-token.js';
export type { AdPlatformOptions } from './destinations/ad-platforms/ad-options.js';
export type { GoogleOAuth } from './destinations/ad-platforms/google-access-token.js';
export { type GoogleAdsOptions, googleAds } from './destinations/ad-platforms/google-ads.js';
export type { ConversionActions } from './destinations/ad-platforms/google-conversion-actions.js';
export { type GoogleDataManagerOptions, googleDataManager } from './destinations/ad-platforms/google-data-manager.js';
export { type MetaOptions, metaConversions } from './destinations/ad-platforms/meta.js';
export { type MicrosoftOptions, microsoftConversions } from './destinations/ad-platforms/microsoft.js';
export { type OpenaiOptions, openaiConversions } from './destinations/ad-platforms/openai.js';
export { type PinterestOptions, pinterestConversions } from './destinations/ad-platforms/pinterest.js';
export { type RedditOptions, redditConversions } from './destinations/ad-platforms/reddit.js';
export { type SnapOptions, snapConversions } from './destinations/ad-platforms/snap.js';
export { taboola } from './destinations/ad-platforms/taboola.js';
export { type TiktokOptions, tiktokEvents } from './destinations/ad-platforms/tiktok.js';
export type {
  Answer,
  Attempt,
  BreakerOptions,
  Destination,
  DestinationOptions,
  OutgoingRequest,
  PrepareContext,
  Prepared,
  Verdict,
} from './destinations/destination.js';
export { type NetworkDestinationOptions, networkDestination } from './destinations/network-destination.js';
export {
  bemob,
  binom,
  cake,
  clickflare,
  everflow,
  keitaro,
  redtrack,
  thrivetracker,
  tune,
  voluum,
} from './destinations/networks.js';
export { type TemplateOptions, template } from './destinations/template.js';
export { type TrackerOptions, tracker } from './destinations/tracker.js';
export { withFilter } from './destinations/with-filter.js';
export type { Person } from './person.js';
