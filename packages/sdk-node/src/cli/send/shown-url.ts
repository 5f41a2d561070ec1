import { networks } from '@tallyback/protocol';

const secretNames: ReadonlySet<string> = new Set(networks.flatMap(({ secretParameters }) => secretParameters));
const secretLike = /^(?:.*[_-])?(?:token|secret|password|passwd|pwd|api[_-]?key|auth|authorization|access[_-]?key)$/i;

/** A URL as it may be shown: what follows a parameter that looks like a secret is blanked out. */
export function shownUrl(url: string): string {
  return url.replaceAll(/([?&])([^=&#]+)=([^&#]*)/g, (whole, separator: string, name: string, value: string) => {
    const secret = secretNames.has(name.toLowerCase()) || secretLike.test(name);
    return secret && value !== '' ? `${separator}${name}=***` : whole;
  });
}

/** A text with every one of the secrets blanked out, as it is and percent-encoded. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret.length > 0)
    .sort((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, () => '***'), text);
}
