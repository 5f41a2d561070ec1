import { describe, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { CATALOG } from '../support/catalog.js';
import { created, signedHeaders, unique } from '../support/messages.js';
import { BROWSER } from '../support/requests.js';
import { MATRIX } from '../support/start-tracker.js';
import { startTrackerProcess } from '../support/tracker-process.js';

const VISITORS = 16;
/** Answers before the process is told to end. */
const ENOUGH = 200;
const CELLS = MATRIX.filter(({ database, adapter }) => (database === 'SQLite') === (adapter === 'Express'));

describe.each(CELLS)('a process on $database with $adapter that is told to end under load', (cell) => {
  it('has stored everything that it answered, and answers 503 or nothing to the rest', async () => {
    const database = await cell.createDatabase();
    const options = { database: database.options, seed: CATALOG, adapter: cell.adapter };
    const tracker = await startTrackerProcess(options);
    const pool = new Pool(tracker.url, { connections: VISITORS, pipelining: 1 });
    const clicks: string[] = [];
    const orders: string[] = [];
    const others: number[] = [];
    let ending: Promise<void> | undefined;
    let answers = 0;

    async function ask(path: string, request: object = {}): Promise<{ status: number; location: string } | undefined> {
      try {
        const { statusCode, headers, body } = await pool.request({ method: 'GET', path, ...request });
        await body.dump();
        answers++;
        if (answers === ENOUGH) ending = tracker.stop();
        return { status: statusCode, location: String(headers.location ?? '') };
      } catch {
        // The connection was closed, or none is taken any more.
        return undefined;
      }
    }

    /** Clicks and orders by turns, until nobody answers. */
    async function visit(): Promise<void> {
      for (;;) {
        const link = await ask('/c/boots', { headers: { 'user-agent': BROWSER } });
        const clickId = link?.status === 302 && new URL(link.location).searchParams.get('clickid');
        if (clickId) clicks.push(clickId);
        else if (link) others.push(link.status);
        const transactionId = unique();
        const body = JSON.stringify(created({ ...(clickId && { clickId }), transactionId }));
        const order = await ask('/v1/conversions', { method: 'POST', body, headers: signedHeaders(body) });
        if (order?.status === 201 || order?.status === 202) orders.push(transactionId);
        else if (order) others.push(order.status);
        if (!link && !order) return;
      }
    }

    try {
      await Promise.all(Array.from({ length: VISITORS }, visit));
      await ending;
      expect(answers).toBeGreaterThanOrEqual(ENOUGH);
      expect(others.filter((status) => status !== 503)).toEqual([]);
      const stored = async (sql: string) => new Set((await database.query(sql)).map(({ id }) => id));
      const storedClicks = await stored('SELECT id FROM tallyback_clicks');
      expect(clicks.filter((id) => !storedClicks.has(id))).toEqual([]);
      const storedOrders = await stored('SELECT transaction_id AS id FROM tallyback_conversions');
      expect(orders.filter((id) => !storedOrders.has(id))).toEqual([]);
    } finally {
      await pool.destroy();
      await tracker.kill();
      await database.drop();
    }
  }, 60_000);
});
