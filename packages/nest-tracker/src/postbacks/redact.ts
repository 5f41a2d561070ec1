import { networks, PARAMETER_SIGNATURE } from '@tallyback/protocol';

/** Parameters that prove a sender; what they hold must not lie around in a log. */
const SECRET_PARAMETERS = new Set([
  'token',
  PARAMETER_SIGNATURE,
  'api_key',
  'password',
  'secret',
  ...networks.flatMap(({ secretParameters }) => secretParameters),
]);

/** A raw query or form body with the values of secret parameters blanked out; everything else stays byte for byte. */
export function redactParameters(raw: string): string {
  if (raw === '') return raw;
  return raw
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const name = equals === -1 ? pair : pair.slice(0, equals);
      return SECRET_PARAMETERS.has(decodeName(name)) ? `${name}=***` : pair;
    })
    .join('&');
}

/** Whether a raw query holds a secret that its redacted form lacks; a signature, which proves one URL only, is none. */
export function holdsSecret(raw: string, redacted: string): boolean {
  if (raw === redacted) return false;
  return raw.split('&').some((pair) => {
    const name = decodeName(pair.split('=', 1)[0] ?? '');
    return name !== PARAMETER_SIGNATURE && SECRET_PARAMETERS.has(name);
  });
}

/** The raw value of `tb_sig` in a query, the first one. */
export function signatureParameter(raw: string): string | undefined {
  const pair = raw.split('&').find((part) => decodeName(part.split('=', 1)[0] ?? '') === PARAMETER_SIGNATURE);
  return pair?.includes('=') ? pair.slice(pair.indexOf('=') + 1) : undefined;
}

/** A redacted query with its signature put back. */
export function restoreSignature(redacted: string, signature: string): string {
  let restored = false;
  return redacted
    .split('&')
    .map((pair) => {
      const [name = ''] = pair.split('=', 1);
      if (restored || decodeName(name) !== PARAMETER_SIGNATURE) return pair;
      restored = true;
      return `${name}=${signature}`;
    })
    .join('&');
}

const SECRET_MEMBERS = new RegExp(`("(?:${[...SECRET_PARAMETERS].join('|')})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"?`, 'gi');

/** The same for a JSON text, which may be cut off or broken. */
export function redactJson(raw: string): string {
  return raw.replaceAll(SECRET_MEMBERS, '$1"***"');
}

function decodeName(name: string): string {
  // A URL out of a page's source has "&amp;" for "&", and its parameters are read all the same.
  return decoded(name).toLowerCase().replace(/^amp;/, '');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
