import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { routesOf } from '../../src/http/routes-of.js';
import type { Schema } from '../../src/openapi/schema.js';
import { MANAGEMENT, PUBLIC } from '../../src/tracker.module-definition.js';
import { catalogWith, externalId, logged, QUICK } from '../partner-postbacks/outbound.js';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { report, unique } from '../support/messages.js';
import { ok, type PartnerServer, startPartner } from '../support/partner-server.js';
import { click, type Json, manage } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

type Operation = Json & { parameters?: Json[]; responses: Record<string, { content?: Record<string, Json> }> };

const ROUTES = [...new Set(routesOf([...PUBLIC, ...MANAGEMENT]).map(({ method, path }) => `${method} ${path}`))];

/** Where a value is not what a schema says: types, required fields, and fields that the schema does not know. */
function faultsOf(value: unknown, schema: Schema, path: string): string[] {
  if (schema.oneOf) return [];
  if (value === null) return schema.nullable ? [] : [`${path} is null`];
  if (schema.enum) return schema.enum.includes(value) ? [] : [`${path} is ${value}`];
  const type = Array.isArray(value) ? 'array' : typeof value;
  const wanted = schema.type === 'integer' ? 'number' : schema.type;
  if (wanted !== undefined && type !== wanted) return [`${path} is ${type}, not ${wanted}`];
  if (Array.isArray(value)) return value.flatMap((one, i) => faultsOf(one, schema.items ?? {}, `${path}[${i}]`));
  if (type !== 'object' || !schema.properties) return [];
  const missing = (schema.required ?? []).filter((name) => !(name in (value as Json)));
  const fields = Object.entries(value as Json).flatMap(([name, field]) => {
    const known = schema.properties?.[name];
    if (known) return faultsOf(field, known, `${path}.${name}`);
    return schema.additionalProperties ? [] : [`${path}.${name} is not in the schema`];
  });
  return [...missing.map((name) => `${path}.${name} is missing`), ...fields];
}

describe('the OpenAPI document of a host with @nestjs/swagger', () => {
  let database: TestDatabase;
  let partner: PartnerServer;
  let tracker: Tracker;
  let document: OpenAPIObject;
  beforeAll(async () => {
    [database, partner] = await Promise.all([createSqliteDatabase(), startPartner()]);
    partner.answer = ok;
    const postback = { url: `${partner.url}/?id={external_id}`, allowHttp: true, key: 'told' };
    const options = { seed: catalogWith([postback]), partnerPostbacks: QUICK };
    tracker = await startTracker({ database, options });
    document = SwaggerModule.createDocument(tracker.app, new DocumentBuilder().addBearerAuth().build());
  });
  afterAll(async () => {
    await tracker?.close();
    await partner.close();
    await database.drop();
  });

  const operationOf = (route: string): Operation => {
    const [method = '', path = ''] = route.split(' ');
    const item = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')] as Record<string, unknown> | undefined;
    return item?.[method.toLowerCase()] as Operation;
  };
  const schemaOf = (route: string, status: number): Schema => {
    const content = operationOf(route).responses[status]?.content ?? {};
    return (Object.values(content)[0]?.schema ?? {}) as Schema;
  };

  it.each(ROUTES)('tells what %s is for, what it takes and what it answers', (route) => {
    const operation = operationOf(route);
    expect(operation.summary).toEqual(expect.stringMatching(/^[A-Z]/));
    expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
    for (const answer of Object.values(operation.responses)) expect(answer).toHaveProperty('description');
    const named = [...route.matchAll(/:(\w+)/g)].map(([, name]) => name);
    const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name);
    if (!route.includes('/compat/') && !/\/[co]\//.test(route)) expect(inPath.sort()).toEqual(named.sort());
  });

  it.each(routesOf(MANAGEMENT).map(({ method, path }) => `${method} ${path}`))(
    'says that %s needs a key, and what is answered without one',
    (route) => {
      const operation = operationOf(route);
      expect(operation.security).toEqual([{ bearer: [] }]);
      for (const status of ['401', '403']) {
        expect(operation.responses[status]?.content).toHaveProperty('application/problem+json');
      }
    },
  );

  it('has the fields of the catalog by the rules that check them', () => {
    const body = operationOf('POST /v1/offers').requestBody as { content: Record<string, { schema: Schema }> };
    const { schema } = body.content['application/json'] ?? { schema: {} };
    expect(schema.required).toEqual(expect.arrayContaining(['key', 'advertiser', 'destination', 'currency']));
    expect(schema.required).not.toContain('payout');
    expect(schema.properties?.key).toEqual({ type: 'string', pattern: '^[a-z0-9][a-z0-9_-]{0,63}$' });
    expect(schema.properties?.status?.enum).toEqual(['active', 'paused']);
    expect(schema.properties?.payout).toMatchObject({
      type: 'array',
      items: { properties: { kind: { enum: ['fixed', 'percent', 'tiers'] }, tiers: { items: { type: 'object' } } } },
    });
    expect(schema.properties?.window?.properties?.maxSeconds).toMatchObject({ type: 'integer', minimum: 0 });
    const query = operationOf('GET /v1/reports').parameters ?? [];
    expect(query.find(({ name }) => name === 'filter[campaign]')).toMatchObject({ in: 'query', required: false });
  });

  it('says nothing else than what routes answer', async () => {
    const clickId = await click(tracker, 'autumn', `external_id=${externalId()}&cost=0.10`);
    const order = { clickId, transactionId: unique(), revenue: '20.00', currency: 'EUR', customerId: 'c-1' };
    const { body: outcome } = await report(tracker, order);
    const conversion = String(outcome.conversionId);
    await manage(tracker, '/v1/api-keys', { method: 'POST', body: { name: 'x', role: 'partner', partner: 'blog' } });
    await manage(tracker, '/v1/webhooks', { method: 'POST', body: { url: partner.url, key: 'erp', allowHttp: true } });
    const [out] = await logged(tracker, { conversion, state: 'delivered' }, 1);
    const inbound = (await manage(tracker, '/v1/postbacks/in')).body.items as Json[];
    const asked: Record<string, string> = {
      'GET /v1/reports': '/v1/reports?groupBy=campaign,day,country,sub1',
      'GET /v1/postbacks/in': '/v1/postbacks/in',
      'GET /v1/postbacks/in/:id': `/v1/postbacks/in/${inbound[0]?.id}`,
      'GET /v1/postbacks/out': '/v1/postbacks/out',
      'GET /v1/postbacks/out/:id': `/v1/postbacks/out/${out?.id}`,
      'GET /v1/partners/:owner/postbacks': '/v1/partners/blog/postbacks',
      'GET /v1/partners/:owner/postbacks/:key': '/v1/partners/blog/postbacks/told',
      'GET /v1/conversions': '/v1/conversions',
      'GET /v1/clicks': '/v1/clicks',
      'GET /v1/clicks/:id': `/v1/clicks/${clickId}`,
      'GET /v1/customers/:customerId/journey': '/v1/customers/c-1/journey',
      'GET /v1/advertisers': '/v1/advertisers',
      'GET /v1/advertisers/:key/secrets': '/v1/advertisers/acme/secrets',
      'GET /v1/offers': '/v1/offers',
      'GET /v1/partners': '/v1/partners',
      'GET /v1/campaigns/:key': '/v1/campaigns/spring',
      'GET /v1/audit': '/v1/audit',
      'GET /v1/api-keys': '/v1/api-keys',
      'GET /v1/webhooks/:key': '/v1/webhooks/erp',
      'GET /health': '/health',
    };
    for (const [route, path] of Object.entries(asked)) {
      const { status, body } = await manage(tracker, path);
      expect([route, status]).toEqual([route, 200]);
      expect([route, faultsOf(body, schemaOf(route, 200), 'answer')]).toEqual([route, []]);
    }
    const refused = await manage(tracker, '/v1/conversions?limit=0');
    expect(faultsOf(refused.body, schemaOf('GET /v1/conversions', 400), 'answer')).toEqual([]);
  });
});
