import { createHash } from 'node:crypto';

/** Brings a value into the form that is hashed; undefined when nothing useful is left. */
export type Normalise = (text: string) => string | undefined;

const HASHED = /^[0-9a-f]{64}$/i;
const EMAIL = /^[^@]+@[^@]+\.[^@]+$/;
const WHITESPACE = /\s+/g;
// "Punctuation" as Meta's own scripts remove it, and what else Unicode counts as such.
const WHITESPACE_AND_PUNCTUATION = /[\s\p{P}$+<=>^`|~]+/gu;
// ITU-T E.164: at most 15 digits; shorter than 7 is no international number.
const INTERNATIONAL = /^[1-9]\d{6,14}$/;

/**
 * SHA-256 of the normalised value, lower-case hexadecimal. A value that already is one passes unchanged; one that cannot be
 * normalised is left out, since a hash of something else matches nobody.
 */
export function hashed(value: string | undefined, normalise: Normalise): string | undefined {
  // A caller without types may pass null or a number.
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (HASHED.test(text)) return text.toLowerCase();
  const normal = normalise(text);
  return normal ? sha256(normal) : undefined;
}

/** Like {@link hashed}, as the list that some platforms want. */
export function hashedList(value: string | undefined, normalise: Normalise): [string] | undefined {
  const hash = hashed(value, normalise);
  return hash === undefined ? undefined : [hash];
}

/** Trimmed, lower case. Meta, TikTok, Snap, Pinterest, OpenAI. */
export const email: Normalise = (text) => {
  const normal = text.trim().toLowerCase();
  return EMAIL.test(normal) ? normal : undefined;
};

/** Without any whitespace; for Gmail also without dots and `+alias` in the user part. Google. */
export const emailWithoutGmailAlias: Normalise = (text) => {
  const normal = email(text.replace(WHITESPACE, ''));
  return normal && /@(gmail|googlemail)\.com$/.test(normal) ? emailWithoutAlias(normal) : normal;
};

/** Without dots and `+alias` in the user part, whatever the domain. Microsoft, Reddit. */
export const emailWithoutAlias: Normalise = (text) => {
  const normal = email(text);
  if (!normal) return undefined;
  const at = normal.indexOf('@');
  const user = normal.slice(0, at).replace(/\+.*$/s, '').replaceAll('.', '');
  return user === '' ? undefined : `${user}${normal.slice(at)}`;
};

/** Digits with country code: `491512345678`. Meta, Snap, Pinterest, OpenAI. */
export const phoneDigits: Normalise = (text) => {
  // The (0) of "+49 (0)151" is only dialled inside the country.
  const compact = text.replaceAll('(0)', '').replace(/[^\d+]/g, '');
  const digits = compact.replace(/^(\+|00)/, '').replaceAll('+', '');
  // What still begins with 0 is a national number: its country is unknown, and guessing would match somebody else.
  return INTERNATIONAL.test(digits) ? digits : undefined;
};

/** E.164: `+491512345678`. Google, TikTok, Microsoft, Reddit. */
export const phoneE164: Normalise = (text) => {
  const digits = phoneDigits(text);
  return digits === undefined ? undefined : `+${digits}`;
};

/** Lower case without whitespace and punctuation; other alphabets stay as they are. Names, cities, regions. */
export const plainText: Normalise = (text) => text.toLowerCase().replace(WHITESPACE_AND_PUNCTUATION, '') || undefined;

/** Trimmed, lower case. Names for Google, ids where the platform says so. */
export const lowerCase: Normalise = (text) => text.trim().toLowerCase() || undefined;

/** As it is. Ids that are compared as they were hashed elsewhere. */
export const verbatim: Normalise = (text) => text.trim() || undefined;

/** Lower case without spaces and dashes; of a US ZIP+4 the first five digits. */
export const postalCode: Normalise = (text) => {
  const normal = text.toLowerCase().replace(WHITESPACE, '');
  return (/^\d{5}-\d{4}$/.test(normal) ? normal.slice(0, 5) : normal.replaceAll('-', '')) || undefined;
};

/** Two letters, lower case. */
export const country: Normalise = (text) => {
  const normal = text.trim().toLowerCase();
  return /^[a-z]{2}$/.test(normal) ? normal : undefined;
};

/** `YYYYMMDD` of `YYYY-MM-DD`, with or without punctuation. */
export const birthDate: Normalise = (text) => {
  const digits = text.replace(/[-./\s]/g, '');
  return /^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(digits) ? digits : undefined;
};

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
