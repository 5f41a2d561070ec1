import { BadRequestException } from '@nestjs/common';
import { type HttpRequest, hasBody } from './http-request.js';

/** Nothing that is checked or stored lies deeper; what goes through a body by calling itself must come to an end. */
const DEEPEST = 64;

/**
 * The JSON object in the body of a management request; an empty one when there is no body. Only the named fields are
 * allowed, so that a typo is told instead of ignored.
 *
 * @throws BadRequestException that says what is wrong.
 */
export function readJsonBody<Field extends string>(
  request: HttpRequest,
  fields: readonly Field[],
): Partial<Record<Field, unknown>> {
  if (!request.rawBody || request.rawBody.length === 0) {
    // Of a type that no parser takes: what it says must not be lost silently.
    if (hasBody(request)) throw new BadRequestException('The body must be JSON, sent as application/json.');
    return {};
  }
  const value = readJsonObject(request) as Partial<Record<Field, unknown>>;
  const unknown = Object.keys(value).find((name) => !(fields as readonly string[]).includes(name));
  if (unknown === undefined) return value;
  throw new BadRequestException(`"${unknown.slice(0, 64)}" is not a field here; there are ${fields.join(', ')}.`);
}

/**
 * The JSON object in the body of a management request, whatever its fields.
 *
 * @throws BadRequestException when there is none.
 */
export function readJsonObject({ rawBody }: HttpRequest): Record<string, unknown> {
  if (!rawBody || rawBody.length === 0) {
    throw new BadRequestException('The body is empty; send a JSON object as application/json.');
  }
  const value = parse(rawBody.toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadRequestException('The body must be a JSON object.');
  }
  if (isDeeperThan(DEEPEST, value)) {
    throw new BadRequestException(`The body has objects or lists within each other more than ${DEEPEST} deep.`);
  }
  return value as Record<string, unknown>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own message quotes the body.
    throw new BadRequestException('The body is not JSON.');
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeperThan(levels - 1, one));
}
