import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { tempDirs } from '../../../test/support/temp-dir.js';
import { DeadLetters } from './dead-letters.js';
import { Packs } from './packs.js';
import { migrate } from './schema.js';
import { Settler } from './settler.js';

const dirs = tempDirs();

/** The statements that `Settler` prepares, as SQLite would run them. */
function plansOf(): string[] {
  const db = new Database(join(dirs(), 'queue.db'));
  migrate(db);
  const sources: string[] = [];
  const prepare = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    sources.push(sql);
    return prepare(sql);
  }) as typeof db.prepare;
  new Settler(db, 1, new Packs(db, 1));
  new DeadLetters(db);
  const plans = sources.map((sql) => {
    const steps = prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
    return steps.map(({ detail }) => detail).join('\n');
  });
  db.close();
  return plans;
}

describe('claiming, settling and handling dead letters', () => {
  it('never sorts or reads through the backlog, however long it is', () => {
    const plans = plansOf();
    expect(plans.length).toBeGreaterThan(5);
    for (const plan of plans) {
      expect(plan).not.toMatch(/USE TEMP B-TREE/);
      expect(plan).not.toMatch(/SCAN (delivery|d|slice|s|pack|p)\b(?! USING)/);
    }
  });
});
