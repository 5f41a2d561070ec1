import type { PartnerPostback } from '../catalog/catalog.js';
import type { CatalogFault } from '../catalog/catalog-error.js';
import { compilePostback, PostbackError } from './compile-postback.js';

/** Settings of the module for postbacks to partners. */
export interface PartnerPostbackOptions {
  /** Whether templates may lead to private and loopback addresses: for intranets and tests. Default false. */
  readonly allowPrivateAddresses?: boolean | undefined;
  /** So many given up in a row pause a postback; `false`: never. Default 20. */
  readonly pauseAfter?: number | false | undefined;
  /** Delays between attempts in milliseconds. Default: 5 s to 24 h, about 76 h in all. */
  readonly retrySchedule?: readonly number[] | undefined;
  /** How long one attempt may take, in milliseconds. Default 15,000. */
  readonly attemptTimeoutMs?: number | undefined;
  /**
   * How long what a process was sending waits when it was killed, in milliseconds; at least `attemptTimeoutMs` + 5,000.
   * Default 2 x `attemptTimeoutMs` + 15,000.
   */
  readonly leaseMs?: number | undefined;
}

/** What is wrong with a list of postbacks; empty when they can be saved. */
export function postbackFaults(
  postbacks: readonly PartnerPostback[] | undefined,
  path: string,
  options: PartnerPostbackOptions = {},
): CatalogFault[] {
  return (postbacks ?? []).flatMap((postback, i) => {
    const twice = postback.key !== undefined && postbacks?.findIndex(({ key }) => key === postback.key) !== i;
    if (twice) return [{ path: `${path}[${i}].key`, message: `"${postback.key}" stands twice in the list` }];
    try {
      compilePostback(postback, options);
      return [];
    } catch (error) {
      if (!(error instanceof PostbackError)) throw error;
      return [{ path: `${path}[${i}].${error.field}`, message: error.message }];
    }
  });
}
