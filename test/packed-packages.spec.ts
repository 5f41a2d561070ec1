import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const repository = resolve(__dirname, '..');

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What a consumer gets: exactly the files of the tarballs, beside the dependencies that the manifests name. */
describe('the packed packages in a consumer project', () => {
  let consumer: string;
  let manifests: Manifest[];

  beforeAll(async () => {
    consumer = await mkdtemp(join(tmpdir(), 'tallyback-consumer-'));
    const folders = (await readdir(join(repository, 'packages'))).map((name) => join(repository, 'packages', name));
    manifests = await Promise.all(folders.map(readManifest));
    for (const folder of folders) await unpack(folder);
    await linkDependencies();
  }, 120_000);

  afterAll(() => rm(consumer, { recursive: true, force: true }));

  it('hold no sources, specs or build state', async () => {
    for (const { name } of manifests) {
      const files = await readdir(join(consumer, 'node_modules', name), { recursive: true });
      expect(files.filter((file) => /\.spec\.|tsbuildinfo|^src\b|^test\b|(?<!\.d)\.ts$/.test(file))).toEqual([]);
    }
  });

  it('import from an ES module, without keeping the process alive', async () => {
    const lines = entryPoints().map(
      (entry) => `if (Object.keys(await import('${entry}')).length === 0) throw '${entry}';`,
    );
    await writeFile(join(consumer, 'main.mjs'), lines.join('\n'));
    await run(process.execPath, ['main.mjs'], { cwd: consumer, timeout: 30_000 });
  });

  it('load from CommonJS by require()', async () => {
    const lines = entryPoints().map((entry) => `if (Object.keys(require('${entry}')).length === 0) throw '${entry}';`);
    await writeFile(join(consumer, 'main.cjs'), lines.join('\n'));
    await run(process.execPath, ['main.cjs'], { cwd: consumer, timeout: 30_000 });
  });

  it('bring their commands, which say how they are used', async () => {
    const commands = manifests.flatMap(({ name, bin = {} }) =>
      Object.entries(bin).map(([command, path]) => [command, join('node_modules', name, path)] as const),
    );
    expect(commands.map(([command]) => command).sort()).toEqual(['tallyback', 'tallyback-conformance']);
    for (const [command, path] of commands) {
      // npm links only what is there when it installs, in the repository before the build.
      expect(path).not.toMatch(/[/\\]dist[/\\]/);
      const { stdout } = await run(process.execPath, [path, '--help'], { cwd: consumer, timeout: 30_000 });
      expect(stdout).toContain(`${command} `);
    }
  });

  it('bring the cases that the conformance kit reads', async () => {
    const path = join('node_modules/@tallyback/protocol/conformance/dist/main.js');
    for (const kit of ['receiver', 'sender']) {
      const { stdout } = await run(process.execPath, [path, kit, '--list'], { cwd: consumer, timeout: 30_000 });
      expect(stdout.trim().split('\n').length).toBeGreaterThan(50);
    }
  });

  it.each(['mts', 'cts'])(
    'type-check in a strict consumer with a .%s file',
    async (extension) => {
      const lines = entryPoints().map((entry, i) => `import * as entry${i} from '${entry}';\nvoid entry${i};`);
      const options = {
        strict: true,
        noEmit: true,
        module: 'nodenext',
        target: 'es2022',
        lib: ['es2023', 'dom'],
        types: ['node'],
        skipLibCheck: false,
        experimentalDecorators: true,
        // As `tsc --init` has it: what a variable of the environment holds may be undefined.
        exactOptionalPropertyTypes: true,
      };
      lines.push(
        "import type { TrackerOptions } from '@tallyback/nest-tracker';",
        "import type { ConversionInput } from '@tallyback/sdk-node';",
        'type Unset<Options> = { [Name in keyof Required<Options>]: undefined };',
        'declare const options: Unset<TrackerOptions>;',
        "declare const conversion: Unset<Omit<ConversionInput, 'transactionId'>>;",
        'export const given: [TrackerOptions, ConversionInput] = [options, { ...conversion, transactionId: "A-1" }];',
      );
      await writeFile(join(consumer, `types.${extension}`), lines.join('\n'));
      const project = join(consumer, `tsconfig.${extension}.json`);
      await writeFile(project, JSON.stringify({ compilerOptions: options, files: [`types.${extension}`] }));
      const tsc = join(repository, 'node_modules/typescript/bin/tsc');
      const { stdout } = await run(process.execPath, [tsc, '-p', project], { cwd: consumer }).catch(
        (failure: { stdout: string }) => failure,
      );
      expect(ours(stdout)).toEqual([]);
    },
    120_000,
  );

  /** Faults in our own declarations; the libraries' own are theirs. */
  function ours(output: string): string[] {
    return output.split('\n').filter((line) => /^(node_modules\/@tallyback|types\.)/.test(line));
  }

  /** Every script entry of every package, as a consumer writes it. */
  function entryPoints(): string[] {
    return manifests.flatMap(({ name, exports }) =>
      Object.entries(exports)
        .filter(([, target]) => typeof target === 'object')
        .map(([path]) => join(name, path)),
    );
  }

  async function unpack(folder: string): Promise<void> {
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', consumer];
    const { stdout } = await run('npm', pack, { cwd: folder, shell: process.platform === 'win32' });
    const [{ filename, name }] = JSON.parse(stdout) as [{ filename: string; name: string }];
    const target = join(consumer, 'node_modules', name);
    await mkdir(target, { recursive: true });
    await run('tar', ['-xzf', join(consumer, filename), '--strip-components=1', '-C', target]);
  }

  /** Only what the manifests name is there: a dependency that someone forgot to declare is missing here too. */
  async function linkDependencies(): Promise<void> {
    const named = manifests.flatMap(({ dependencies, peerDependencies }) =>
      Object.keys({ ...dependencies, ...peerDependencies }),
    );
    const modules = join(consumer, 'node_modules');
    for (const name of new Set([...named, '@types/node'])) {
      if (name.startsWith('@tallyback/')) continue;
      await mkdir(dirname(join(modules, name)), { recursive: true });
      await symlink(join(repository, 'node_modules', name), join(modules, name), 'junction');
    }
    await writeFile(join(consumer, 'package.json'), '{ "private": true }');
  }
});

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}
