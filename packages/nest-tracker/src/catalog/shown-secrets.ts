import { createHash } from 'node:crypto';

type Fields = Readonly<Record<string, unknown>>;

/** Not base64, so that it can never be stored as a secret itself. */
const MARK = 'whsec_***';

/** What stands for a secret where people look: tells one from another, and nothing of what it is. */
function shown(secret: string): string {
  return `${MARK}${createHash('sha256').update(secret).digest('base64url').slice(0, 12)}`;
}

/** The fields of a catalog object with a mark in place of the secret of every postback. */
export function hideSecrets(fields: Fields): Fields {
  return withSecrets(fields, shown);
}

/**
 * The fields with the secrets again that their marks stand for, so that what was read can be written back; a mark that
 * stands for none of them stays, and is refused as a secret.
 *
 * @param standing The object's postbacks as they are stored.
 */
export function restoreSecrets(fields: Fields, standing: unknown): Fields {
  const secrets = new Map<string, string>();
  withSecrets({ postbacks: standing }, (secret) => {
    secrets.set(shown(secret), secret);
    return secret;
  });
  return withSecrets(fields, (given) => secrets.get(given) ?? given);
}

function withSecrets(fields: Fields, replace: (secret: string) => string): Fields {
  const { postbacks } = fields;
  if (!Array.isArray(postbacks)) return fields;
  const replaced = postbacks.map((postback: unknown) => {
    const { secret } = (postback ?? {}) as { secret?: unknown };
    return typeof secret === 'string' ? { ...(postback as object), secret: replace(secret) } : postback;
  });
  return { ...fields, postbacks: replaced };
}
