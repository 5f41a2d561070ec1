import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOG } from '../support/catalog.js';
import { report, unique } from '../support/messages.js';
import { click, manage, send } from '../support/requests.js';
import { ADMIN_TOKEN, MATRIX, type Tracker } from '../support/start-tracker.js';

const repository = resolve(__dirname, '../../../..');
const application = join(repository, 'test/compat-nest11');
const isInstalled = existsSync(join(application, 'node_modules/@nestjs/core/package.json'));

const title = isInstalled
  ? 'an application on Nest 11 and TypeORM 0.3'
  : 'Nest 11 and TypeORM 0.3 are not installed: (cd test/compat-nest11 && npm ci --ignore-scripts)';

// Each database once and each adapter once: their pairing cannot matter here.
const CELLS = MATRIX.filter(({ database, adapter }) => (database === 'SQLite') === (adapter === 'Express'));

(isInstalled ? describe : describe.skip)(title, () => {
  beforeAll(async () => {
    // Copied, not linked: a link would lead to the repository's own Nest.
    for (const name of ['protocol', 'sdk-node', 'nest-tracker']) {
      const from = join(repository, 'packages', name);
      const to = join(application, 'node_modules/@tallyback', name);
      await rm(to, { recursive: true, force: true });
      await cp(join(from, 'dist'), join(to, 'dist'), { recursive: true });
      await cp(join(from, 'package.json'), join(to, 'package.json'));
    }
  });

  it('has versions that the module says it works with', async () => {
    const manifest = JSON.parse(await readFile(join(application, 'package.json'), 'utf8')) as Manifest;
    const tracker = JSON.parse(await readFile(join(__dirname, '../../package.json'), 'utf8')) as Manifest;
    for (const [name, range] of Object.entries(tracker.peerDependencies ?? {})) {
      const version = manifest.dependencies[name];
      if (version === undefined) continue;
      const [major, minor] = version.split('.').map(Number);
      const sameLine = major === 0 ? `^0.${minor}.` : `^${major}.`;
      expect([name, range.split(' || ').some((part) => part.startsWith(sameLine))]).toEqual([name, true]);
    }
  });

  it.each(CELLS)(
    'counts a conversion and ends in order, on $database with $adapter',
    async (cell) => {
      const database = await cell.createDatabase();
      const options = { adapter: cell.adapter, database: database.options, adminToken: ADMIN_TOKEN, seed: CATALOG };
      const child = fork(join(application, 'tracker.cjs'), {
        env: { ...process.env, COMPAT_OPTIONS: JSON.stringify(options) },
        execArgv: ['--unhandled-rejections=strict', '--no-warnings'],
      });
      try {
        const { url, versions } = await hello(child);
        expect(versions.map((version) => version.split('.').slice(0, 2).join('.'))).toEqual(['11.2', '11.2', '0.3']);
        const tracker = { url } as Tracker;
        const clickId = await click(tracker, 'boots');
        const answer = await report(tracker, { clickId, transactionId: unique(), revenue: '49.90', currency: 'EUR' });
        expect([answer.status, answer.body.outcome]).toEqual([201, 'recorded']);
        const { body } = await manage(tracker, '/v1/reports?groupBy=campaign');
        expect(body.rows).toMatchObject([{ campaign: 'boots', clicks: 1, conversions: 1, revenue: '49.90' }]);
        for (const path of ['/v1/reports', '/v1/reports/']) {
          expect([path, (await send(tracker, path)).status]).toEqual([path, 401]);
        }
        child.kill('SIGTERM');
        expect(await ended(child)).toBe(0);
      } finally {
        child.kill('SIGKILL');
        await database.drop();
      }
    },
    60_000,
  );
});

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

interface Hello {
  readonly url: string;
  readonly versions: readonly string[];
}

function hello(child: ChildProcess): Promise<Hello> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Hello));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The application ended with ${code}.`)));
  });
}

async function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode ?? new Promise((resolve) => child.once('exit', resolve));
}
