import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

const MAX_LENGTH = 96;

/** A request that an API key has let in. */
export interface KeyedRequest {
  /** Id of the key. */
  tallybackKey?: string;
  readonly user?: unknown;
}

/**
 * Who makes a management request, for the ledger: `admin`, with the id of the user that the host's own guard has put on
 * the request, when there is one; `key:` and the id of the API key that it came with.
 */
export const ActingUser = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { tallybackKey, user } = context.switchToHttp().getRequest<KeyedRequest>();
  return tallybackKey === undefined ? actorOf(user) : `key:${tallybackKey}`;
});

/** Id of the API key that a management request came with; undefined for the admin token and the host's own guard. */
export const ActingKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined =>
    context.switchToHttp().getRequest<KeyedRequest>().tallybackKey,
);

export function actorOf(user: unknown): string {
  const { id, sub, username } = (typeof user === 'object' && user !== null ? user : { id: user }) as Record<
    string,
    unknown
  >;
  const found = [id, sub, username].find((name) => typeof name === 'string' || typeof name === 'number');
  if (found === undefined || found === '') return 'admin';
  // What a host takes for an id may hold what a database cannot keep.
  return `admin:${String(found).replaceAll(/[\0\p{Surrogate}]/gu, '')}`.slice(0, MAX_LENGTH);
}
