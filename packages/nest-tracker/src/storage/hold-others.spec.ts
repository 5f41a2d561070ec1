import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { holdOthers } from './hold-others.js';
import type { PgClient } from './run-work.js';

const ONE = { text: 'SELECT 1', values: [] };

describe('a connection of PostgreSQL that somebody has to himself', () => {
  let client: pg.Client;
  const order: string[] = [];
  beforeEach(async () => {
    order.length = 0;
    client = new pg.Client({ connectionString: process.env.TALLYBACK_TEST_POSTGRES });
    await client.connect();
  });
  afterEach(() => client.end());
  const alone = <T>(work: (own: PgClient) => Promise<T>) => holdOthers(client as unknown as PgClient, work);

  it('is asked by others in their order when he is done, however they are told', async () => {
    await alone(async (own) => {
      void client.query('SELECT 1').then(() => order.push('promise'));
      void client.query('SELECT 1', () => order.push('function'));
      void client.query('SELECT $1::text', ['x'], (_, { rows: [row] }) => order.push(row.text));
      for (let i = 0; i < 3; i++) await own.query(ONE).then(() => order.push('own'));
    });
    await client.query('SELECT 1');
    expect(order).toEqual(['own', 'own', 'own', 'promise', 'function', 'x']);
  });

  it('is asked by others although his work failed, and each hears of his own failure', async () => {
    let other: Promise<unknown> | undefined;
    const failed = alone(async (own) => {
      other = client.query('SELECT nothing').catch(({ message }: Error) => message);
      await own.query({ ...ONE, text: 'SELECT wrong' });
    });
    await expect(failed).rejects.toThrow('"wrong"');
    expect(await other).toContain('"nothing"');
  });

  it('answers a cursor at once', async () => {
    await alone(async (own) => {
      const cursor = new pg.Query('SELECT 1');
      expect(client.query(cursor)).toBe(cursor);
      await own.query(ONE);
    });
  });

  it('is as it was afterwards, also where somebody else had changed how it is asked', async () => {
    await alone((own) => own.query(ONE));
    expect(Object.hasOwn(client, 'query')).toBe(false);
    const changed = client.query.bind(client);
    client.query = changed;
    await alone((own) => own.query(ONE));
    expect(client.query).toBe(changed);
  });
});
