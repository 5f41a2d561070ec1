import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EnvironmentError, readEnvironment } from './environment.js';

function faultsOf(variables: Record<string, string>): readonly string[] {
  try {
    readEnvironment(variables);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.faults;
    throw error;
  }
  return [];
}

describe('readEnvironment', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tracker-environment-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has a default for everything, and takes an empty variable for none', () => {
    const defaults = {
      database: { type: 'sqlite', path: 'var/tracker.db' },
      port: 4010,
      host: '127.0.0.1',
      publicUrl: undefined,
      trustProxy: [],
      adminToken: undefined,
      seed: undefined,
      allowPrivateAddresses: false,
      partnerRetrySchedule: undefined,
      partnerTimeoutMs: undefined,
      adapter: 'fastify',
      logLevel: 'warn',
    };
    const NODE_ENV = 'test';
    expect(readEnvironment({ NODE_ENV })).toEqual(defaults);
    expect(readEnvironment({ NODE_ENV, PORT: '', SEED: '', DATABASE_URL: '' })).toEqual(defaults);
  });

  it("asks for an admin token, unless it runs on a developer's own machine", () => {
    expect(faultsOf({}).join()).toContain('ADMIN_TOKEN is not set');
    expect(faultsOf({ NODE_ENV: 'production', ADMIN_TOKEN: '' }).join()).toContain('ADMIN_TOKEN is not set');
    expect(readEnvironment({ NODE_ENV: 'development' }).adminToken).toBeUndefined();
  });

  it('reads every variable', () => {
    const seed = join(folder, 'seed.json');
    writeFileSync(seed, '{"advertisers":[]}');
    expect(
      readEnvironment({
        DATABASE_URL: 'postgres://u:p@db.example:5432/clicks',
        PORT: '0',
        HOST: '::1',
        PUBLIC_URL: 'https://track.example.com/',
        TRUST_PROXY: '10.0.0.0/8, ::1',
        ADMIN_TOKEN: 'a-token',
        SEED: seed,
        ALLOW_PRIVATE_ADDRESSES: 'true',
        PARTNER_RETRY_SECONDS: '0.5, 10,3600',
        PARTNER_TIMEOUT_SECONDS: '3',
        ADAPTER: 'express',
        LOG_LEVEL: 'debug',
      }),
    ).toEqual({
      database: { type: 'postgres', url: 'postgres://u:p@db.example:5432/clicks' },
      port: 0,
      host: '::1',
      publicUrl: 'https://track.example.com',
      trustProxy: ['10.0.0.0/8', '::1'],
      adminToken: 'a-token',
      seed: { advertisers: [] },
      allowPrivateAddresses: true,
      partnerRetrySchedule: [500, 10_000, 3_600_000],
      partnerTimeoutMs: 3_000,
      adapter: 'express',
      logLevel: 'debug',
    });
  });

  it('names every wrong variable in a line of its own', () => {
    const faults = faultsOf({
      DATABASE_URL: 'mysql://db',
      PORT: '70000',
      PUBLIC_URL: 'track.example.com',
      TRUST_PROXY: '10.0.0.0/8,everyone',
      ADMIN_TOKEN: 'two words',
      SEED: join(folder, 'missing.json'),
      ALLOW_PRIVATE_ADDRESSES: 'maybe',
      PARTNER_RETRY_SECONDS: '5,soon',
      PARTNER_TIMEOUT_SECONDS: '0',
      ADAPTER: 'koa',
      LOG_LEVEL: 'loud',
    });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'PORT',
      'PUBLIC_URL',
      'TRUST_PROXY',
      'ADMIN_TOKEN',
      'SEED',
      'ALLOW_PRIVATE_ADDRESSES',
      'PARTNER_RETRY_SECONDS',
      'PARTNER_TIMEOUT_SECONDS',
      'ADAPTER',
      'LOG_LEVEL',
    ]);
    expect(faults.join()).not.toContain('\n');
  });

  it('never repeats a secret in a fault', () => {
    const seed = join(folder, 'torn.json');
    writeFileSync(seed, '{"advertisers":[{"secrets":["whsec_hidden"');
    const text = faultsOf({ DATABASE_URL: 'postgre://u:hidden@db', ADMIN_TOKEN: 'hidden token', SEED: seed }).join();
    expect(text).not.toContain('hidden');
    expect(text).toContain('torn.json');
  });
});
