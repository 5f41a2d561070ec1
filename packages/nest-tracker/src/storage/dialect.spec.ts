import { describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { dialectOf } from './dialect.js';

describe('dialectOf', () => {
  const of = (type: string) => dialectOf({ options: { type } } as unknown as DataSource);

  it('knows the two databases', () => {
    expect([of('postgres'), of('better-sqlite3')]).toEqual(['postgres', 'sqlite']);
  });

  it.each(['mysql', 'sqljs', 'aurora-postgres'])('refuses %s, naming it and what to use', (type) => {
    expect(() => of(type)).toThrow(new RegExp(`"postgres".*"better-sqlite3".*"${type}"`));
  });
});
