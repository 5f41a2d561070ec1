import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { OUTCOME_STATUS, REASON_STATUS, TRY_AGAIN } from '../contract.js';
import type { ScriptedAnswer } from './case.js';
import type { Attempt } from './script.js';

const CONVERSION_ID = '01jd9zq5r8x4m2n6p0s3t7v1wz';
/** Pieces of a slow answer, and the pause before each, in milliseconds. */
const PIECES = 4;
const PIECE_MS = 40;
/** A sender that never gives an attempt up is not waited for for ever, in milliseconds. */
const HANG_MS = 120_000;

/**
 * Answers one attempt as its script says.
 *
 * @param trap where redirects lead
 */
export async function play(
  attempt: Attempt,
  response: ServerResponse,
  retryAfterSeconds: number,
  trap: string,
): Promise<void> {
  const { answer } = attempt;
  const { socket } = response;
  if (answer.hang) await gone(response);
  else if (answer.cut === 'before-answer') socket?.destroy();
  else {
    const { status = 201 } = answer;
    const text = bodyOf(answer, status);
    const headers = headersOf(answer, attempt, text, retryAfterSeconds, trap);
    response.writeHead(status, headers);
    if (answer.cut === 'within-answer') {
      response.write(text.slice(0, text.length >> 1), () => socket?.destroy());
    } else if (answer.slow) await inPieces(response, text);
    else response.end(text);
  }
  attempt.answeredAt = Date.now();
}

function headersOf(answer: ScriptedAnswer, attempt: Attempt, text: string, seconds: number, trap: string) {
  const { headers, redirect, reason, retryAfter } = answer;
  const type =
    reason !== undefined ? 'application/problem+json' : answer.text !== undefined ? 'text/html' : 'application/json';
  return {
    ...(text !== '' && { 'content-type': type }),
    'content-length': Buffer.byteLength(text),
    ...(redirect && { location: trap }),
    ...(retryAfter && { 'retry-after': retryAfterOf(retryAfter, attempt, seconds) }),
    ...headers,
  };
}

/** Dates have no fraction of a second: up to the next whole one, so that nobody is asked for less. */
function retryAfterOf(form: 'seconds' | 'date' | 'nonsense', attempt: Attempt, seconds: number): string {
  if (form === 'nonsense') return 'soon';
  const now = Date.now();
  attempt.notBefore = form === 'seconds' ? now + seconds * 1_000 : Math.ceil(now / 1_000 + seconds) * 1_000;
  return form === 'seconds' ? `${seconds}` : new Date(attempt.notBefore).toUTCString();
}

function bodyOf({ outcome, reason, json, text }: ScriptedAnswer, status: number): string {
  if (text !== undefined) return text;
  if (json !== undefined) return JSON.stringify(json);
  if (reason !== undefined) {
    const decided = TRY_AGAIN.includes(reason) ? {} : { outcome: 'rejected' };
    const detail = 'The conformance kit says so.';
    const type = `urn:tallyback:reason:${reason}`;
    return JSON.stringify({ type, title: reason, status: REASON_STATUS[reason] ?? status, ...decided, reason, detail });
  }
  if (outcome === undefined || OUTCOME_STATUS[outcome] === undefined) return '';
  const revenue = { amount: '49.90', currency: 'EUR' };
  return JSON.stringify({
    outcome,
    conversionId: CONVERSION_ID,
    status: 'approved',
    revenue,
    payout: { ...revenue, amount: '4.99' },
  });
}

async function inPieces(response: ServerResponse, text: string): Promise<void> {
  const length = Math.ceil(text.length / PIECES);
  for (let at = 0; at < text.length; at += length) {
    await sleep(PIECE_MS);
    response.write(text.slice(at, at + length));
  }
  response.end();
}

async function gone(response: ServerResponse): Promise<void> {
  const ended = new AbortController();
  await Promise.race([
    once(response, 'close', { signal: ended.signal }),
    sleep(HANG_MS, undefined, { signal: ended.signal, ref: false }),
  ]);
  ended.abort();
  response.socket?.destroy();
}
