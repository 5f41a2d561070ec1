import { gpc } from '../consent/gpc.js';
import { gpp } from '../consent/gpp.js';
import { type TcfOptions, tcf } from '../consent/tcf.js';
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
  /** `data-consent-from` has `gpc`, and the browser sent that signal when the script began, which counted as denied. */
  readonly gpc: boolean | undefined;
}

/** Only `gpc()` answers at once, with whether there was a signal; the others return what ends them. */
type Source = (clicks: Clicks, options: TcfOptions) => boolean | (() => void);

const SOURCES = { gpc, gpp, tcf };

/** Starts the parts that a script tag asks for. */
export function partsOf(clicks: Clicks, data: Data): Parts {
  const ours = () => token(clicks);
  forms(clicks, { ...data, value: data.fill ? ours : undefined });
  const heard = wordsOf(data.consentFrom)?.map((name) =>
    // A text does as well: it only names a field.
    (SOURCES[name as 'tcf'] as Source | undefined)?.(clicks, { vendor: data.vendor as unknown as number }),
  );
  if (data.direct) void direct(clicks, { ...data, endpoint: data.direct });
  const { url } = decorate(clicks, { ...data, domains: wordsOf(data.domains) });
  return { token: ours, url, gpc: heard?.includes(true) };
}
