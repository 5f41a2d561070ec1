/** How much of an answer is kept with a delivery. */
const KEPT = 2048;

const SECRETS: readonly [RegExp, string][] = [
  [/wh(sec|sk)_[A-Za-z0-9+/=_-]+/g, 'wh$1_[redacted]'],
  [/\bv1a?,[A-Za-z0-9+/=_-]{16,}/g, '[signature]'],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 [redacted]'],
  // Tokens that platforms take in the query or give in their answers.
  [
    /\b(access_token|refresh_token|client_secret|api_key|security_token)(["']?\s*[=:]\s*["']?)[^\s"'&]{6,}/gi,
    '$1$2[redacted]',
  ],
];

/** Shorter ones would blank out innocent text. */
const MIN_SECRET = 6;

/** Blanks out secrets: those that are known, and what looks like one. */
export type Redact = (text: string) => string;

/** @param known values to blank out wherever they occur, also as they look in a URL */
export function redactor(known: readonly string[] = []): Redact {
  const forms = known.filter(({ length }) => length >= MIN_SECRET).flatMap((one) => [one, encodeURIComponent(one)]);
  // The longest first: one may be part of another.
  const secrets = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => {
    let redacted = text;
    for (const secret of secrets) redacted = redacted.replaceAll(secret, '[redacted]');
    for (const [pattern, replacement] of SECRETS) redacted = redacted.replace(pattern, replacement);
    return redacted;
  };
}

/** The beginning of what a destination said, without secrets that it may have echoed. */
export function keepable(text: string, redact: Redact): string {
  // Redacted with some overlap first, so that the cut cannot leave half of a secret that no pattern matches.
  return redact(text.slice(0, 2 * KEPT)).slice(0, KEPT);
}
