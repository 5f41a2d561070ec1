import { googleAdsExample } from './google-ads.js';
import { googleDataManagerExample } from './google-data-manager.js';
import { metaExample } from './meta.js';
import { microsoftExample } from './microsoft.js';
import { openaiExample } from './openai.js';
import { pinterestExample } from './pinterest.js';
import type { Platform } from './platform.js';
import { redditExample } from './reddit.js';
import { snapExample } from './snap.js';
import { taboolaExample } from './taboola.js';
import { tiktokExample } from './tiktok.js';

export const platforms = {
  meta: metaExample,
  snap: snapExample,
  pinterest: pinterestExample,
  tiktok: tiktokExample,
  microsoft: microsoftExample,
  reddit: redditExample,
  openai: openaiExample,
  taboola: taboolaExample,
  'google-ads': googleAdsExample,
  'google-data-manager': googleDataManagerExample,
} satisfies Record<string, Platform>;
