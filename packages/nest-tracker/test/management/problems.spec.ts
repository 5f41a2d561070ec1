import { describe, expect, it } from '@jest/globals';
import { routesOf } from '../../src/http/routes-of.js';
import { MANAGEMENT } from '../../src/tracker.module-definition.js';
import { expectProblem } from '../support/expect-problem.js';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { send } from '../support/requests.js';
import { ADMIN_TOKEN } from '../support/start-tracker.js';

const ROUTES = routesOf(MANAGEMENT).map(({ method, path }) => ({
  method,
  path: path.replaceAll(/:\w+/g, '01k0000000000000000000000z'),
}));
const WRITING = ROUTES.filter(({ method }) => method !== 'GET');
const ORIGIN = 'https://shop.example';
const LARGE = JSON.stringify({ name: 'x'.repeat(2 * 1024 * 1024) });

onBothTrackers((current) => {
  const ask = (path: string, method: string, body?: string, type = 'application/json') => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, ...(body !== undefined && { 'content-type': type }) };
    return send(current.tracker, path, { method, headers, ...(body !== undefined && { body }) });
  };

  describe('a management route', () => {
    it.each(ROUTES)('answers 401 with a problem to who is not known: $method $path', async ({ method, path }) => {
      const answer = await send(current.tracker, path, { method });
      expectProblem(answer, 401, { title: 'Unauthorized' });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    });

    it.each(WRITING)('says that a body is not JSON, and quotes nothing of it: $method $path', async (route) => {
      const answer = await ask(route.path, route.method, '{"name": "secret stuff"');
      expectProblem(answer, 400, { reason: 'malformed_request', field: 'body' });
      expect(answer.text).not.toContain('secret');
    });

    it('says that a body is too large, or of another type, or empty', async () => {
      expectProblem(await ask('/v1/offers', 'POST', LARGE), 413, { reason: 'body_too_large', field: 'body' });
      expectProblem(await ask('/v1/api-keys', 'POST', '{"name":"x"}', 'text/html'), 400);
      expectProblem(await ask('/v1/offers', 'POST', ''), 400);
    });

    it.each([
      ['POST', '/v1/reports/rebuild', 200],
      ['POST', '/v1/postbacks/in/01k0000000000000000000000z/replay', 404],
      ['POST', '/v1/postbacks/out/01k0000000000000000000000z/replay', 404],
      ['DELETE', '/v1/api-keys/01k0000000000000000000000z', 404],
      ['DELETE', '/v1/offers/boots', 428],
      ['POST', '/v1/offers', 400],
    ])('takes no offence at the content type of a body that is not there: %s %s', async (method, path, status) => {
      const json = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
      for (const headers of [json, { ...json, 'content-length': '0' }]) {
        const answer = await send(current.tracker, path, { method, headers });
        expect([answer.status, answer.body.reason]).toEqual([status, undefined]);
      }
    });

    it.each(['POST /v1/offers', 'PATCH /v1/offers/boots', 'POST /v1/postbacks/test'])(
      'says that a body is too deep: %s',
      async (route) => {
        const [method, path] = route.split(' ') as [string, string];
        const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', 'if-match': '*' };
        for (const [opening, closing] of [
          ['{"body":', '}'],
          ['[', ']'],
        ] as const) {
          const body = `{"body":${opening.repeat(9_000)}1${closing.repeat(9_000)}}`;
          const answer = await send(current.tracker, path, { method, headers, body });
          expectProblem(answer, 400, { detail: expect.stringContaining('64 deep') });
        }
      },
    );

    it.each([
      ['/v1/conversions?limit=0', 'GET', 400],
      ['/v1/postbacks/in?status=x', 'GET', 400],
      ['/v1/postbacks/out?state=x', 'GET', 400],
      ['/v1/reports?groupBy=x', 'GET', 400],
      ['/v1/audit?limit=x', 'GET', 400],
      ['/v1/live?types=x', 'GET', 400],
      ['/v1/people/by-click/x', 'DELETE', 400],
      ['/v1/clicks/x', 'GET', 404],
      ['/v1/postbacks/in/x', 'GET', 404],
      ['/v1/postbacks/out/x', 'GET', 404],
      ['/v1/partners/nobody/postbacks/x', 'GET', 404],
      ['/v1/advertisers/nobody/secrets', 'GET', 404],
      ['/v1/partners/nobody/postbacks', 'GET', 404],
      ['/v1/offers/%00', 'GET', 404],
      ['/v1/advertisers/%00/secrets', 'GET', 404],
      ['/v1/api-keys/%00', 'DELETE', 404],
      ['/v1/postbacks/out/replay', 'POST', 400],
      ['/v1/offers/boots', 'DELETE', 428],
    ])('answers a problem: %s by %s is %i', async (path, method, status) => {
      expectProblem(await ask(path, method), status);
    });
  });

  describe('POST /v1/clicks', () => {
    it.each([
      ['is not JSON', '{"campaign":', 400, 'malformed_request'],
      ['is too large', LARGE, 413, 'body_too_large'],
    ])('tells the page that its body %s', async (_, body, status, reason) => {
      for (const type of ['application/json', 'text/plain']) {
        const headers = { 'content-type': type, origin: ORIGIN };
        const answer = await send(current.tracker, '/v1/clicks', { method: 'POST', headers, body });
        expectProblem(answer, status, { reason });
        expect(answer.headers).toMatchObject({
          'access-control-allow-origin': ORIGIN,
          'access-control-allow-credentials': 'true',
        });
      }
    });
  });
});
