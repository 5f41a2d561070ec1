import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll } from '@jest/globals';

/** The built program. */
export const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error('build first: npx tsc -b packages/sdk-node');
});

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the built program as a shell would. */
export function tallyback(args: readonly string[], { env = {}, input = '' } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const { PATH } = process.env;
    const child = spawn(process.execPath, ['--unhandled-rejections=strict', MAIN, ...args], { env: { PATH, ...env } });
    let [out, error] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      error += chunk;
    });
    child.stdin.end(input);
    child.on('close', (code) => resolve({ code, out, error }));
  });
}

/** What the JSON documents hold, as far as it is looked at here; which fields there are depends on the command. */
export interface Shown {
  readonly secretKey: string;
  readonly publicKey: string;
  readonly findings: readonly unknown[];
  readonly readableAs: readonly string[];
  readonly request: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  readonly signatureBase: string;
  readonly genuine: boolean;
  readonly explanations: readonly string[];
  readonly expected: string;
  readonly received: string;
  readonly destinations: readonly unknown[];
  readonly deliveries: readonly unknown[];
  readonly next: string;
}

/** What it printed with `--json`. */
export async function answer(args: readonly string[], options = {}): Promise<{ code: number | null; value: Shown }> {
  const { code, out } = await tallyback([...args, '--json'], options);
  return { code, value: JSON.parse(out) as Shown };
}
