import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reply } from './reply.js';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Everything that is served as a file, read once at the start: the assets of this folder, and the browser SDK from the
 * installed package, so that the script comes from the shop's own origin.
 */
export function readStaticFiles(): ReadonlyMap<string, Reply> {
  const assets = fileURLToPath(new URL('../assets/', import.meta.url));
  const files = new Map(readdirSync(assets).map((name) => [`/assets/${name}`, toReply(`${assets}${name}`)]));
  const sdk = createRequire(import.meta.url).resolve('@tallyback/sdk-browser/tallyback.js');
  return files.set('/tallyback.js', toReply(sdk));
}

function toReply(path: string): Reply {
  const body = readFileSync(path);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  return { status: 200, headers: { 'content-type': type, 'cache-control': 'public, max-age=300', etag }, body };
}
