import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TrackerModule } from '@tallyback/nest-tracker';
import { createKeyPair, createSecret } from '@tallyback/protocol';
import { choose, readCases } from '../../packages/protocol/conformance/src/case-files.js';
import type { ReceiverCase } from '../../packages/protocol/conformance/src/receiver/case.js';
import { runReceiver } from '../../packages/protocol/conformance/src/receiver/run-receiver.js';
import type { Target } from '../../packages/protocol/conformance/src/receiver/target.js';
import type { CaseResult } from '../../packages/protocol/conformance/src/result.js';
import { RECEIVER_FAULTS, type ReceiverFault } from './support/receiver-faults.js';
import { SmallReceiver } from './support/small-receiver.js';

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';
const CASES = readCases<ReceiverCase>('receiver');
const SECRETS = [createSecret(), createSecret()] as const;
const KEY_PAIR = createKeyPair();
const TOKEN = 'open-sesame';

const target = (url: string, clickId: string, tokenClickId: string): Target => ({
  url,
  clickId,
  advertiser: 'acme',
  secret: SECRETS[0],
  nextSecret: SECRETS[1],
  signingKey: KEY_PAIR.secretKey,
  token: { value: TOKEN, clickId: tokenClickId },
  toleranceSeconds: 300,
  timeoutMs: 10_000,
});

const namesOf = (results: readonly CaseResult[], wanted: CaseResult['result']): string[] =>
  results.filter(({ result }) => result === wanted).map(({ name }) => name);

async function judgeSmall(
  fault: ReceiverFault,
  only: readonly string[] = [],
  changes: Partial<Target> = {},
): Promise<CaseResult[]> {
  const sender = { secrets: SECRETS, publicKey: KEY_PAIR.publicKey, token: TOKEN };
  const receiver = await new SmallReceiver(sender, fault).listen();
  const found = choose(CASES, only);
  if ('unknown' in found) throw new Error(`there is no case ${found.unknown}`);
  try {
    return await runReceiver(
      { ...target(receiver.url, receiver.clickId, receiver.tokenClickId), ...changes },
      found.chosen,
    );
  } finally {
    await receiver.close();
  }
}

describe('the cases for receivers', () => {
  it('are at least 80, each with a name of its own', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
    expect(CASES.length).toBeGreaterThanOrEqual(80);
  });

  describe('with the tracker', () => {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    let app: INestApplication;
    let url: string;

    beforeAll(async () => {
      const seed = {
        advertisers: [
          { key: 'acme', secrets: [...SECRETS], publicKeys: [KEY_PAIR.publicKey] },
          { key: 'plain', accept: ['token'], token: TOKEN },
        ],
        offers: [
          { key: 'boots', advertiser: 'acme', destination: 'https://shop.example/?clickid={clickid}', currency: 'EUR' },
          { key: 'hats', advertiser: 'plain', destination: 'https://hats.example/?clickid={clickid}', currency: 'EUR' },
        ],
        partners: [{ key: 'blog' }],
        campaigns: [
          { key: 'spring', partner: 'blog', offers: [{ offer: 'boots' }] },
          { key: 'autumn', partner: 'blog', offers: [{ offer: 'hats' }] },
        ],
      };
      const database = { type: 'sqlite', path: join(folder, 'tracker.db') } as const;
      // Below a path, so that signed URLs and routes are seen to follow it.
      const tracker = TrackerModule.forRoot({ database, seed, adminToken: 'conformance', path: 'in' });
      const testing = await Test.createTestingModule({ imports: [tracker] }).compile();
      app = testing.createNestApplication(new FastifyAdapter(), { rawBody: true, logger: false });
      await app.listen(0, '127.0.0.1');
      url = `${(await app.getUrl()).replace(/\/$/, '')}/in`;
    });

    afterAll(async () => {
      await app.close();
      rmSync(folder, { recursive: true });
    });

    const clickOn = async (campaign: string) => {
      const init = { redirect: 'manual', headers: { 'user-agent': BROWSER } } as const;
      const { headers } = await fetch(`${url}/c/${campaign}`, init);
      return new URL(headers.get('location') ?? 'missing:').searchParams.get('clickid') ?? '';
    };

    it('all pass', async () => {
      const results = await runReceiver(target(url, await clickOn('spring'), await clickOn('autumn')), CASES);
      expect(results.filter(({ result }) => result !== 'pass')).toEqual([]);
      expect(results).toHaveLength(CASES.length);
    }, 60_000);
  });

  it('all pass with a receiver that has nothing in common with the tracker', async () => {
    expect((await judgeSmall('none')).filter(({ result }) => result !== 'pass')).toEqual([]);
  }, 60_000);

  it('can fail, each of them', async () => {
    expect(namesOf(await judgeSmall('refuses everything'), 'fail')).toEqual(CASES.map(({ name }) => name));
    const refusing = CASES.filter(({ steps }) => steps.some((step) => step.expect.reason !== undefined));
    const failed = namesOf(await judgeSmall('takes everything'), 'fail');
    expect(refusing.map(({ name }) => name).filter((name) => !failed.includes(name))).toEqual([]);
  }, 60_000);

  it('fail with a receiver that does not answer, and do not wait for ever', async () => {
    const results = await judgeSmall('does not answer', ['id.short'], { timeoutMs: 50 });
    expect(results).toMatchObject([{ result: 'fail', faults: ['no answer: nothing came within 50 ms'] }]);
  });

  it('are skipped, and say so, where they need a key that was not given', async () => {
    const results = await judgeSmall('none', ['signature.v1a', 'signature.rotation-both', 'token.get'], {
      nextSecret: undefined,
      signingKey: undefined,
      token: undefined,
    });
    expect(results.map(({ result, faults }) => [result, ...faults])).toEqual([
      ['skip', 'needs --next-secret'],
      ['skip', 'needs --signing-key'],
      ['skip', 'needs --token and --token-click-id'],
    ]);
  });

  it.each(Object.entries(RECEIVER_FAULTS))('find a receiver that %s', async (fault, names) => {
    const results = await judgeSmall(fault as ReceiverFault, names);
    expect(namesOf(results, 'fail').sort()).toEqual([...new Set<string>(names)].sort());
  });
});
