import type { Type } from '@nestjs/common';
import { isOpenTo } from '../access/access-scope.js';
import { OWNERS } from '../access/api-key.entity.js';
import { type RouteOf, routesOf } from '../http/routes-of.js';
import { CATALOG_DOCS } from './catalog-docs.js';
import { LOG_DOCS } from './log-docs.js';
import { OPERATOR_DOCS } from './operator-docs.js';
import { type AnswerDoc, problemAnswer, type RouteDoc, type RouteDocs } from './route-doc.js';
import { TRAFFIC_DOCS } from './traffic-docs.js';

const DOCS: RouteDocs = { ...TRAFFIC_DOCS, ...CATALOG_DOCS, ...LOG_DOCS, ...OPERATOR_DOCS };

/**
 * Where `@nestjs/swagger` looks when a host makes a document of its application. Its decorators do nothing else than to
 * write there, so that without it nothing of it is needed, and with it nothing has to be asked for.
 */
const SWAGGER = {
  operation: 'swagger/apiOperation',
  parameters: 'swagger/apiParameters',
  responses: 'swagger/apiResponse',
  tags: 'swagger/apiUseTags',
  security: 'swagger/apiSecurity',
};

/** Name of the security scheme that management routes ask for: that of `DocumentBuilder.addBearerAuth()`. */
const BEARER = 'bearer';

/** Describes the routes of controllers to `@nestjs/swagger`. */
export function describeRoutes(controllers: readonly Type[], { management }: { management: boolean }): void {
  for (const controller of controllers) {
    Reflect.defineMetadata(SWAGGER.tags, [management ? 'tallyback management' : 'tallyback traffic'], controller);
    if (management) Reflect.defineMetadata(SWAGGER.security, [{ [BEARER]: [] }], controller);
  }
  const seen = new Set<object>();
  for (const route of routesOf(controllers)) {
    const doc = DOCS[`${route.controller.name}.${route.name}`];
    if (!doc || seen.has(route.handler)) continue;
    seen.add(route.handler);
    describeRoute(route, doc, management);
  }
}

function describeRoute({ handler }: RouteOf, doc: RouteDoc, management: boolean): void {
  const { summary, query = {}, requiredQuery = [], body, bodyOptional = false, answers } = doc;
  const owners = OWNERS.filter((role) => isOpenTo(role, handler)).map((role) => `${role}s`);
  const open = owners.length > 0 ? `Also open to API keys of ${owners.join(' and ')}, for what is theirs.` : undefined;
  const description = [doc.description, open].filter((part) => part !== undefined).join(' ');
  Reflect.defineMetadata(SWAGGER.operation, { summary, ...(description !== '' && { description }) }, handler);
  const parameters: object[] = Object.entries(query).map(([name, { description: about, ...schema }]) => ({
    in: 'query',
    name,
    required: requiredQuery.includes(name),
    ...(about !== undefined && { description: about }),
    schema,
  }));
  if (body) parameters.push({ in: 'body', type: String, required: !bodyOptional, schema: body });
  Reflect.defineMetadata(SWAGGER.parameters, parameters, handler);
  const all: Record<number, AnswerDoc> = { ...(management && managementAnswers(doc)), ...answers };
  const responses = Object.entries(all).map(([status, answer]) => [status, responseOf(answer)]);
  Reflect.defineMetadata(SWAGGER.responses, Object.fromEntries(responses), handler);
}

/** What every management route may answer. */
function managementAnswers({ query, body }: RouteDoc): Record<number, AnswerDoc> {
  const answers: Record<number, AnswerDoc> = {
    401: problemAnswer('no admin token or API key'),
    403: problemAnswer('the key’s role does not allow it'),
  };
  if (query || body) answers[400] = problemAnswer('a parameter or field without sense');
  return answers;
}

function responseOf({ description, schema, type = 'application/json' }: AnswerDoc): object {
  return { description, ...(schema && { content: { [type]: { schema } } }) };
}
