import { gpc } from '../consent/gpc.js';
import { gpp } from '../consent/gpp.js';
import { tcf } from '../consent/tcf.js';
import { decorate } from '../decorate.js';
import { direct } from '../direct.js';
import { forms } from '../forms.js';
import { token } from '../handoff.js';
import type { Clicks } from '../types.js';
import { type Data, wordsOf } from './options-of.js';

/** What the script adds to the clicks. */
export interface Parts {
  /** Everything the checkout's server needs in one text. */
  token(): string | undefined;
  /** An address with the click, where `data-domains` says so. */
  url(address: string): string;
}

const SOURCES = { gpc, gpp, tcf };

/** Starts the parts that a script tag asks for. */
export function partsOf(clicks: Clicks, data: Data): Parts {
  const ours = () => token(clicks);
  forms(clicks, { ...data, value: data.fill ? ours : undefined });
  wordsOf(data.consentFrom)?.map((name) => SOURCES[name as 'tcf']?.(clicks, { vendor: +(data.vendor as string) }));
  if (data.direct) void direct(clicks, { ...data, endpoint: data.direct });
  const { url } = decorate(clicks, { ...data, domains: wordsOf(data.domains) ?? [] });
  return { token: ours, url };
}
