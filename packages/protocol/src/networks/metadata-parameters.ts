import type { Metadata } from '../conversion.js';
import type { UrlParameter } from './postback-url.js';

/** The network's free parameters filled from metadata fields: `{ param1: 'plan' }`. Fields that are absent are left out. */
export function metadataParameters(
  fields: ReadonlyMap<string, string>,
  metadata: Metadata | undefined,
): readonly UrlParameter[] {
  return [...fields].map(([parameter, field]) => {
    const value = metadata && Object.hasOwn(metadata, field) ? metadata[field] : undefined;
    return [parameter, value === undefined || value === null ? undefined : String(value)];
  });
}
