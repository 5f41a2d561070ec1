import { describe, expect, it } from '@jest/globals';
import { platforms } from './support/ad-platforms/index.js';
import { order, type Platform, TOKEN } from './support/ad-platforms/platform.js';
import { attempt, freeze, frozen, jane, message, NOW } from './support/deliver.js';
import { json, sinks } from './support/sink.js';

const sink = sinks();

describe.each<[string, Platform]>(Object.entries(platforms))('%s', (kind, platform) => {
  const { make, clickIds, yes, no, again } = platform;
  const context = { person: jane, clickIds };

  it('sends one event as the platform documents it, and takes its yes', async () => {
    const server = await sink((response) => response.writeHead(yes[0]).end(yes[1]));
    const destination = make({ baseUrl: `${server.url}/proxy/` });
    expect(destination.kind).toBe(kind);
    const verdict = await attempt(destination, frozen(destination, order(), context));
    expect(verdict).toMatchObject({ outcome: 'delivered' });
    const [request] = server.received;
    expect(request).toMatchObject({
      method: platform.method ?? 'POST',
      path: `/proxy${platform.path}`,
      headers: { ...platform.headers, 'user-agent': expect.stringContaining('tallyback') },
    });
    if (platform.body === undefined) return;
    expect(request?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(String(request?.body))).toEqual(platform.body);
  });

  it('stores neither tokens nor personal data in the clear', () => {
    const body = frozen(make({}), order(), context);
    for (const secret of [TOKEN, 'dev-token', 'Doe', 'doe', '2345678', "O'Hara", 'C_81', '1990']) {
      expect(body).not.toContain(secret);
    }
  });

  it.each(no)('takes HTTP %i %s for a final no', async (status, body, why) => {
    const server = await sink((response) => response.writeHead(status).end(body));
    const destination = make({ baseUrl: server.url });
    const verdict = await attempt(destination, frozen(destination, order(), context));
    expect(verdict).toEqual({ outcome: 'dead', why: expect.stringContaining(why) });
  });

  it.each([...again, [408, ''], [500, 'oops']] as const)('tries again after HTTP %i %s', async (status, body) => {
    const server = await sink((response) => response.writeHead(status).end(body));
    const destination = make({ baseUrl: server.url });
    expect(await attempt(destination, frozen(destination, order(), context))).toMatchObject({ outcome: 'retry' });
  });

  it('waits as long as it is asked to', async () => {
    const server = await sink((response) => json(response, 429, {}, { 'retry-after': '7' }));
    const destination = make({ baseUrl: server.url });
    const verdict = await attempt(destination, frozen(destination, order(), context));
    expect(verdict).toMatchObject({ outcome: 'retry', retryAfterMs: 7_000 });
  });

  it('does not follow a redirect', async () => {
    const server = await sink((response) => response.writeHead(302, { location: '/elsewhere' }).end());
    const destination = make({ baseUrl: server.url });
    expect(await attempt(destination, frozen(destination, order(), context))).toMatchObject({ outcome: 'dead' });
    expect(server.received).toHaveLength(1);
  });

  it('is not meant for what nobody could match there, for updates and for what was taken back', () => {
    const destination = make({});
    expect(freeze(destination, order())).toEqual({ skip: expect.any(String) });
    expect(freeze(destination, message({ status: 'refunded' }), context)).toEqual({ skip: expect.any(String) });
    const update = message({ status: 'refunded' }, 'conversion.updated');
    expect(freeze(destination, update, context)).toEqual({ skip: expect.any(String) });
  });

  it('takes a click id alone, without a person', () => {
    const prepared = freeze(make({}), order(), { clickIds });
    // Pinterest asks for more than its click id.
    if (kind === 'pinterest') expect(prepared).toEqual({ skip: expect.stringContaining('e-mail') });
    else expect(prepared).toEqual(expect.any(String));
  });

  it('uses the event id that the browser pixel uses, and makes a dead letter when that fails', () => {
    const eventId = () => 'shared-id-1';
    expect(frozen(make({ eventId }), order(), context)).toContain(
      kind === 'taboola' ? 'orderid=A-1001' : 'shared-id-1',
    );
    const failing = make({
      when: () => {
        throw new Error('no such field');
      },
    });
    expect(freeze(failing, order(), context)).toEqual({ dead: expect.stringContaining('no such field') });
  });

  it('never dates an event later than it was accepted', () => {
    const late = message({ occurredAt: '2026-11-22T11:00:00.000Z' });
    const body = frozen(make({}), late, context);
    expect(body).not.toContain('11:00:00');
    expect(body).not.toContain(String(NOW / 1000 + 3600));
  });
});
