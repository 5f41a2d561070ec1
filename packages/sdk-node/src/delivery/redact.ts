/** How much of an answer is kept with a delivery. */
const KEPT = 2048;

const SECRETS: readonly [RegExp, string][] = [
  [/wh(sec|sk)_[A-Za-z0-9+/=_-]+/g, 'wh$1_[redacted]'],
  [/\bv1a?,[A-Za-z0-9+/=_-]{16,}/g, '[signature]'],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 [redacted]'],
];

/** The beginning of what a destination said, without secrets that it may have echoed. */
export function keepable(text: string): string {
  // Redacted with some overlap first, so that the cut cannot leave half of a secret that no pattern matches.
  let kept = text.slice(0, KEPT + 256);
  for (const [pattern, replacement] of SECRETS) kept = kept.replace(pattern, replacement);
  return kept.slice(0, KEPT);
}
