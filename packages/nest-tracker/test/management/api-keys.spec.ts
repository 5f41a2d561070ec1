import { describe, expect, it } from '@jest/globals';
import { LiveReader } from '../support/live-reader.js';
import { SetClock } from '../support/on-every-database.js';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { type Answer, click, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

const clock = new SetClock();

const make = async (tracker: Tracker, body: Json) =>
  (await manage(tracker, '/v1/api-keys', { method: 'POST', body })).body as { id: string; value: string };

function withKey(tracker: Tracker, key: string, path: string, method = 'GET', body?: Json): Promise<Answer> {
  const headers: Record<string, string> = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return send(tracker, path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

onBothTrackers(
  (current) => {
    describe('API keys', () => {
      it('open management routes by their role, and the audit tells them apart', async () => {
        const { tracker } = current;
        const admin = await make(tracker, { name: 'deploy script', role: 'admin' });
        const reader = await make(tracker, { name: 'dashboard', role: 'read' });
        expect(admin.value).toMatch(/^tbk_[\w-]{43}$/);
        for (const { value } of [admin, reader]) {
          for (const path of ['/v1/offers', '/v1/reports?groupBy=offer', '/metrics', '/v1/audit']) {
            expect((await withKey(tracker, value, path)).status).toBe(200);
          }
        }
        const partner = { key: 'by-script' };
        expect((await withKey(tracker, reader.value, '/v1/partners', 'POST', partner)).status).toBe(403);
        expect(
          (await withKey(tracker, reader.value, '/v1/api-keys', 'POST', { name: 'x', role: 'admin' })).status,
        ).toBe(403);
        expect((await withKey(tracker, admin.value, '/v1/partners', 'POST', partner)).status).toBe(201);
        const { body } = await manage(tracker, '/v1/audit?kind=partner&key=by-script');
        expect(body.items).toMatchObject([{ actor: `key:${admin.id}` }]);
      });

      it('are kept as digests, and listed without being shown', async () => {
        const { tracker } = current;
        const { id, value } = await make(tracker, { name: 'listed', role: 'read' });
        const list = await manage(tracker, '/v1/api-keys');
        const shown = { id, name: 'listed', role: 'read', hint: `…${value.slice(-4)}`, createdBy: 'admin' };
        expect(list.body.items).toEqual(expect.arrayContaining([expect.objectContaining(shown)]));
        const stored = JSON.stringify(await tracker.database.query('SELECT * FROM tallyback_api_keys'));
        const { text } = await manage(tracker, '/v1/audit?kind=api_key');
        for (const told of [list.text, stored, text]) expect(told).not.toContain(value.slice(4, 40));
        expect(stored).not.toContain(value);
      });

      it('end the stream that they have opened soon after they are removed', async () => {
        const { tracker } = current;
        const { id, value } = await make(tracker, { name: 'watcher', role: 'read' });
        const reader = await new LiveReader(tracker, { query: '?types=click', token: value }).open();
        const staying = await new LiveReader(tracker, { query: '?types=click' }).open();
        try {
          await click(tracker, 'boots');
          await reader.until(1);
          await manage(tracker, `/v1/api-keys/${id}`, { method: 'DELETE' });
          clock.time += 15_000;
          await click(tracker, 'boots');
          await reader.ended;
          await click(tracker, 'boots');
          await staying.until(3);
          expect(reader.events.length).toBeLessThan(3);
        } finally {
          reader.close();
          staying.close();
        }
      });

      it('open nothing once they are removed or have run out', async () => {
        const { tracker } = current;
        const { id, value } = await make(tracker, { name: 'short', role: 'read' });
        expect((await manage(tracker, `/v1/api-keys/${id}`, { method: 'DELETE' })).status).toBe(204);
        expect((await withKey(tracker, value, '/v1/offers')).status).toBe(401);
        expect((await manage(tracker, `/v1/api-keys/${id}`, { method: 'DELETE' })).status).toBe(404);
        const expiresAt = new Date(clock.time + 60_000).toISOString();
        const brief = await make(tracker, { name: 'brief', role: 'read', expiresAt });
        expect((await withKey(tracker, brief.value, '/v1/offers')).status).toBe(200);
        clock.time += 60_000;
        expect((await withKey(tracker, brief.value, '/v1/offers')).status).toBe(401);
      });

      it.each([
        [{ role: 'read' }, /name/],
        [{ name: ' ', role: 'read' }, /name/],
        [{ name: 'x', role: 'owner' }, /role/],
        [{ name: 'x', role: 'read', expiresAt: 'soon' }, /expiresAt/],
        [{ name: 'x', role: 'read', scope: 'acme' }, /scope/],
      ])('are not made from %j', async (body: Json, detail) => {
        const answer = await manage(current.tracker, '/v1/api-keys', { method: 'POST', body });
        expect([answer.status, answer.body.detail]).toEqual([400, expect.stringMatching(detail)]);
      });

      it('are made by nobody without one', async () => {
        const { tracker } = current;
        for (const key of ['tbk_', `tbk_${'A'.repeat(43)}`, 'x']) {
          expect((await withKey(tracker, key, '/v1/api-keys', 'POST', { name: 'x', role: 'admin' })).status).toBe(401);
        }
      });
    });
  },
  { now: clock.now },
);
