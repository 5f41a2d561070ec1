import { percentEncode } from '../percent-encoding.js';

/** Blanks secrets out of texts, as they are and percent-encoded. */
export function redactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const forms = new Set(secrets.flatMap((secret) => (secret ? [secret, percentEncode(secret)] : [])));
  // The longest first: one secret may be part of another.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((redacted, secret) => redacted.replaceAll(secret, () => '***'), text);
}
