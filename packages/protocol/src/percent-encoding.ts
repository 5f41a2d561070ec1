const unreservedOnly = /^[A-Za-z0-9._~-]*$/;
const extraReserved = /[!'()*]/g;
const loneSurrogate = /\p{Cs}/gu;

/**
 * Percent-encodes every character that RFC 3986 does not call unreserved, as UTF-8. Stricter than `encodeURIComponent`,
 * which leaves `!'()*`. A lone surrogate, which has no UTF-8 form, becomes U+FFFD.
 */
export function percentEncode(text: string): string {
  if (unreservedOnly.test(text)) return text;
  return encodeURIComponent(text.replaceAll(loneSurrogate, '\u{fffd}')).replaceAll(extraReserved, encodeAscii);
}

function encodeAscii(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
