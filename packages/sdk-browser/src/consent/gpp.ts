import { listen } from '../lib/listen.js';
import { vote } from '../lib/vote.js';
import type { Clicks } from '../types.js';

/** Settings of `gpp()`. */
export interface GppOptions {
  /** How long to look for the consent platform, in milliseconds. Default 10,000. */
  timeout?: number;
}

/** The part of a GPP event that is read. */
interface GppEvent {
  pingData: {
    signalStatus?: string;
    /** Section numbers; 2 is the TCF of Europe. */
    applicableSections?: readonly number[];
    /** By section name; each has one segment or a list of them. */
    parsedSections?: Record<string, unknown>;
  };
}

/**
 * Takes opt-outs of US states from an IAB GPP 1.1 consent platform: of sale, of sharing, of targeted advertising, or by
 * Global Privacy Control. Where the TCF section applies `tcf()` decides, and this adapter has no opinion.
 *
 * @returns a function that ends it
 */
export function gpp(clicks: Pick<Clicks, 'setConsent'>, { timeout }: GppOptions = {}): () => void {
  return listen('__gpp', [], timeout, ({ pingData }: GppEvent) => {
    if (pingData.signalStatus === 'ready' && !pingData.applicableSections?.includes(2)) {
      // Only segments have these fields, however deep a platform nests them.
      const optOut = /"(Gpc|\w+OptOut)":(1|true)\b/;
      vote(clicks, 'gpp', !optOut.test(JSON.stringify(pingData)));
    }
  });
}
