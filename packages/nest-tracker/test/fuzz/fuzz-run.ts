import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isReason, REASONS, reasonStatus } from '@tallyback/protocol';
import { TOKEN } from '../support/catalog.js';
import { click } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';
import { Dice } from './dice.js';
import type { FuzzRequest } from './fuzz-request.js';
import { malformedHttp } from './malformed-http.js';
import { malformedMessage } from './malformed-messages.js';
import { type Known, malformedPostback, malformedVisit } from './malformed-postbacks.js';
import { exchange, type RawAnswer } from './raw-socket.js';

const AT_ONCE = 16;
/** What a reason may answer. */
const DOCUMENTED = new Set<number>(Object.values(REASONS));
/** Requests between two looks into the log. */
const BATCH = 500;

/** What a run found wrong, in words, and what it measured. */
export interface FuzzReport {
  readonly faults: readonly string[];
  /** How often each status was answered; 0 where a connection was closed without an answer. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Bytes of the heap in use after a collection: when a third of the requests was through, and at the end. */
  readonly heap: readonly [early: number, late: number];
}

/** Sends `count` malformed requests over sockets of their own; the same seed sends the same. */
export async function fuzz(tracker: Tracker, count: number, seed: number): Promise<FuzzReport> {
  const dice = new Dice(seed);
  const port = Number(new URL(tracker.url).port);
  const known: Known = { clickIds: [await click(tracker, 'boots'), await click(tracker, 'open')], token: TOKEN };
  const faults: string[] = [];
  const statuses: Record<number, number> = {};
  let early = 0;
  for (let sent = 0; sent < count; sent += BATCH) {
    const requests = Array.from({ length: Math.min(BATCH, count - sent) }, (_, i) =>
      fuzzRequest(dice, `fz${seed}-${sent + i}z`, known),
    );
    const logged = new Set<string>();
    const answers = await inParallel(requests, (request) => exchange(port, request));
    for (const marker of await markersInLog(tracker, requests)) logged.add(marker);
    for (const [i, request] of requests.entries()) {
      const answer = answers[i] as RawAnswer;
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      const fault = faultOf(request, answer, logged);
      if (fault && faults.length < 50)
        faults.push(`${request.kind}: ${fault}\n${request.pieces.join('').slice(0, 300)}`);
    }
    if (early === 0 && sent + BATCH >= count / 3) early = usedHeap();
  }
  return { faults, statuses, heap: [early, usedHeap()] };
}

function fuzzRequest(dice: Dice, marker: string, known: Known): FuzzRequest {
  switch (dice.below(10)) {
    case 0:
    case 1:
      return malformedHttp(dice);
    case 2:
      return malformedVisit(dice, marker);
    case 3:
    case 4:
    case 5:
      return malformedMessage(dice, marker, known);
    default:
      return malformedPostback(dice, marker, known);
  }
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

async function markersInLog(tracker: Tracker, requests: readonly FuzzRequest[]): Promise<string[]> {
  const rows = await tracker.database.query(
    'SELECT query, campaign, delivery_id, reason FROM tallyback_inbound_postbacks ORDER BY id DESC LIMIT 2000',
  );
  const text = JSON.stringify(rows);
  return requests.flatMap(({ marker }) => (marker !== undefined && text.includes(marker) ? [marker] : []));
}

function faultOf(request: FuzzRequest, answer: RawAnswer, logged: ReadonlySet<string>): string | undefined {
  const { status, body } = answer;
  const { marker, leaves } = request;
  if (answer.hung) return 'no answer, and the connection stays open';
  if (status >= 500) return `${status} ${body.slice(0, 300)}`;
  if (status === 0) return leaves ? undefined : 'the connection was closed without an answer';
  if (marker === undefined || status < 400) return undefined;
  if (!DOCUMENTED.has(status)) return `${status} is no documented answer: ${body.slice(0, 300)}`;
  if (!logged.has(marker)) return `${status} is not in the inbound log: ${body.slice(0, 200)}`;
  // A compat route may answer in its network's own words.
  const { reason } = jsonOf(body);
  if (reason === undefined) return undefined;
  if (!isReason(reason) || reasonStatus(reason) !== status) return `${status} ${reason} is not documented`;
  return undefined;
}

function jsonOf(text: string): { reason?: string } {
  try {
    return JSON.parse(text) as { reason?: string };
  } catch {
    return {};
  }
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function usedHeap(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
