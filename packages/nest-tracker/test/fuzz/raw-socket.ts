import { connect, type Socket } from 'node:net';
import type { FuzzRequest } from './fuzz-request.js';

/** What came back over a socket. */
export interface RawAnswer {
  /** Status of the first answer; 0 when the connection was closed without one. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
  /** Nothing came, and nothing was closed, within the time limit. */
  readonly hung: boolean;
}

const TIME_LIMIT_MS = 10_000;
const END_OF_HEAD = '\r\n\r\n';

/** Writes a request to a socket of its own, byte for byte, and reads what comes back until there is a whole answer. */
export function exchange(port: number, request: FuzzRequest): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const received: Buffer[] = [];
    const isHead = Buffer.concat(request.pieces).toString('latin1', 0, 5) === 'HEAD ';
    const finish = (hung: boolean) => {
      clearTimeout(limit);
      socket.destroy();
      resolve({ ...readAnswer(withoutInterim(Buffer.concat(received))), hung });
    };
    const limit = setTimeout(() => finish(true), TIME_LIMIT_MS);
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      if (isWhole(withoutInterim(Buffer.concat(received)), isHead)) finish(false);
    });
    socket.on('end', () => finish(false));
    // The server may reset a connection whose bytes it wants no more of; what it answered before counts.
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.on('connect', () => writePieces(socket, request, 0));
  });

  function writePieces(socket: Socket, request: FuzzRequest, index: number): void {
    const { pieces, leaves } = request;
    const piece = pieces[index];
    if (socket.destroyed) return;
    if (piece !== undefined) socket.write(piece, () => setImmediate(() => writePieces(socket, request, index + 1)));
    else if (leaves === 'half') socket.end();
    else if (leaves === 'at-once') socket.destroy();
  }
}

/** The bytes after `100 Continue`, which only says that an answer will follow. */
function withoutInterim(bytes: Buffer): Buffer {
  if (!bytes.toString('latin1', 0, 12).startsWith('HTTP/1.1 100')) return bytes;
  const end = bytes.indexOf(END_OF_HEAD);
  return end === -1 ? Buffer.alloc(0) : bytes.subarray(end + END_OF_HEAD.length);
}

function isWhole(bytes: Buffer, isHead: boolean): boolean {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end === -1) return false;
  if (isHead) return true;
  const headText = bytes.subarray(0, end).toString('latin1');
  const length = /^content-length: *(\d+)/im.exec(headText)?.[1];
  if (length !== undefined) return bytes.length >= end + END_OF_HEAD.length + Number(length);
  if (/^transfer-encoding: *chunked/im.test(headText)) return bytes.subarray(end).includes('\r\n0\r\n\r\n');
  return /^HTTP\/1\.1 (?:204|304)/.test(headText);
}

function readAnswer(bytes: Buffer): Omit<RawAnswer, 'hung'> {
  const text = bytes.toString('utf8');
  const end = text.indexOf(END_OF_HEAD);
  const headText = end === -1 ? text : text.slice(0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(headText)?.[1] ?? 0);
  return { status, head: headText, body: end === -1 ? '' : text.slice(end + END_OF_HEAD.length) };
}
