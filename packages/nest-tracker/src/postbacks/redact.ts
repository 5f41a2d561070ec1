/** Parameters that prove a sender; what they hold must not lie around in a log. */
const SECRET_PARAMETERS = new Set([
  'token',
  'tb_sig',
  'security_token',
  'verification_token',
  'api_key',
  'password',
  'secret',
]);

/** A raw query or form body with the values of secret parameters blanked out; everything else stays byte for byte. */
export function redactParameters(raw: string): string {
  return raw
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const name = equals === -1 ? pair : pair.slice(0, equals);
      return SECRET_PARAMETERS.has(decodeName(name)) ? `${name}=***` : pair;
    })
    .join('&');
}

const SECRET_MEMBERS = new RegExp(`("(?:${[...SECRET_PARAMETERS].join('|')})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"?`, 'gi');

/** The same for a JSON text, which may be cut off or broken. */
export function redactJson(raw: string): string {
  return raw.replaceAll(SECRET_MEMBERS, '$1"***"');
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
