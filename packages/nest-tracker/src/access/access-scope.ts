import {
  type CustomDecorator,
  createParamDecorator,
  type ExecutionContext,
  ForbiddenException,
  SetMetadata,
} from '@nestjs/common';
import type { Role } from './api-key.entity.js';

/** Whose rows a request may see, and nobody else's. */
export interface AccessScope {
  readonly role: 'advertiser' | 'partner';
  /** Catalog key. */
  readonly key: string;
}

/** A request that a key of an advertiser or partner has let in. */
export interface ScopedRequest {
  tallybackScope?: AccessScope;
}

const OPEN_TO = 'tallyback:open-to';

/** Opens a management route to keys of advertisers or partners; every other is closed to them. */
export function OpenTo(...roles: AccessScope['role'][]): CustomDecorator {
  return SetMetadata(OPEN_TO, roles);
}

/** Whether a route has been opened to a role. */
export function isOpenTo(role: Role, handler: object): boolean {
  return ((Reflect.getMetadata(OPEN_TO, handler) ?? []) as Role[]).includes(role);
}

/** Whose rows the request may see; undefined: everybody's. */
export const Scope = createParamDecorator(
  (_: unknown, context: ExecutionContext): AccessScope | undefined =>
    context.switchToHttp().getRequest<ScopedRequest>().tallybackScope,
);

/**
 * Filters that leave only the scope's own rows.
 *
 * @param name Of the parameter that filters by the scope's role.
 * @throws ForbiddenException when the query asks for another's.
 */
export function withinScope(query: URLSearchParams, scope: AccessScope | undefined, name: string = scope?.role ?? '') {
  if (!scope) return query;
  const other = query.getAll(name).find((asked) => asked !== scope.key);
  if (other !== undefined) {
    throw new ForbiddenException(`This key sees only what belongs to the ${scope.role} "${scope.key}".`);
  }
  const own = new URLSearchParams(query);
  own.set(name, scope.key);
  return own;
}
