import { ConfigurationError } from '../../errors.js';
import { checkMembers } from '../known-options.js';
import { type AccessToken, knownSecrets, tokenSource } from './access-token.js';

/** An OAuth client whose refresh token gives access. */
export interface GoogleOAuth {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  /** Default `https://oauth2.googleapis.com/token`. */
  readonly tokenUrl?: string;
}

/** @internal Gives access tokens and forgets them when they were refused. */
export interface AccessTokens {
  get(now: number): Promise<string>;
  forget(): void;
  readonly secrets: readonly string[];
}

// Complete by its type.
const OAUTH: Readonly<Record<keyof GoogleOAuth, true>> = {
  clientId: true,
  clientSecret: true,
  refreshToken: true,
  tokenUrl: true,
};
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const TIMEOUT_MS = 10_000;
// Renewed this long before it lapses, so that none lapses on its way.
const MARGIN_MS = 60_000;

/** @internal @throws {ConfigurationError} when something is missing */
export function googleTokens(option: string, auth: GoogleOAuth | AccessToken): AccessTokens {
  if (typeof auth !== 'object' || auth === null) {
    const token = tokenSource(option, auth);
    return { get: () => token(), forget: () => {}, secrets: knownSecrets(auth) };
  }
  checkMembers(option, auth, Object.keys(OAUTH));
  for (const name of ['clientId', 'clientSecret', 'refreshToken'] as const) {
    if (typeof auth[name] === 'string' && auth[name] !== '') continue;
    throw new ConfigurationError(`${option}.${name}`, 'is missing; check that the environment variable is set');
  }
  if (auth.tokenUrl !== undefined && !/^https?:$/.test(protocolOf(auth.tokenUrl))) {
    throw new ConfigurationError(`${option}.tokenUrl`, 'must be an absolute URL that begins with https:// or http://');
  }
  return byRefreshToken(auth);
}

function protocolOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).protocol : '';
}

/** Access tokens by refresh token (RFC 6749, 6): one request for any number of attempts that wait for it. */
function byRefreshToken(oauth: GoogleOAuth): AccessTokens {
  let current: { readonly token: string; readonly until: number } | undefined;
  let asking: Promise<string> | undefined;
  const ask = async (now: number): Promise<string> => {
    const answer = await refresh(oauth);
    current = { token: answer.token, until: now + answer.lifetimeMs - MARGIN_MS };
    return answer.token;
  };
  return {
    get(now) {
      if (current && now < current.until) return Promise.resolve(current.token);
      asking ??= ask(now).finally(() => {
        asking = undefined;
      });
      return asking;
    },
    forget() {
      current = undefined;
    },
    secrets: [oauth.clientSecret, oauth.refreshToken],
  };
}

/** @throws Error without any of the secrets; the attempt is then retried */
async function refresh({ clientId, clientSecret, refreshToken, tokenUrl }: GoogleOAuth) {
  const response = await fetch(tokenUrl ?? TOKEN_URL, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const { access_token: token, expires_in: lifetime, error } = answer;
  if (response.ok && typeof token === 'string') return { token, lifetimeMs: Number(lifetime ?? 3600) * 1000 };
  const reason = typeof error === 'string' ? error : `HTTP ${response.status}`;
  throw new Error(`Google gave no access token (${reason}): check client id, client secret and refresh token`);
}
