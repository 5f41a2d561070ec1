import { randomUUID } from 'node:crypto';

/** PostgreSQL refuses payloads of 8,000 bytes and more, and everything that is notified in the same statement. */
const MAX_PAYLOAD_BYTES = 7_900;
/** Base64 characters in one part, a multiple of four: the rest is for its name. */
const PART_CHARACTERS = 7_800;
/** Events whose parts may be on their way at a time; what is missing a part by then will never be whole. */
const MAX_PARTIAL = 16;

/** A piece of an event that fits into no payload. */
interface Part {
  readonly event: string;
  readonly of: number;
  readonly base64: string;
}

/** JSON arrays of events, as many in each as it may hold; an event that fits into none in several parts. */
export function payloadsOf(events: readonly string[]): string[] {
  const payloads: string[] = [];
  let gathered: string[] = [];
  let room = MAX_PAYLOAD_BYTES - 1;
  const close = () => {
    if (gathered.length > 0) payloads.push(`[${gathered.join(',')}]`);
    gathered = [];
    room = MAX_PAYLOAD_BYTES - 1;
  };
  for (const event of events) {
    const bytes = Buffer.byteLength(event) + 1;
    if (bytes > room) close();
    if (bytes > room) payloads.push(...partsOf(event));
    else {
      gathered.push(event);
      room -= bytes;
    }
  }
  close();
  return payloads;
}

function partsOf(event: string): string[] {
  const whole = Buffer.from(event).toString('base64');
  const pieces = whole.match(new RegExp(`.{1,${PART_CHARACTERS}}`, 'g')) ?? [];
  const name = randomUUID();
  return pieces.map((base64) => JSON.stringify({ event: name, of: pieces.length, base64 } satisfies Part));
}

/** Reads payloads in the order in which they were sent. */
export class PayloadReader {
  private readonly partial = new Map<string, string[]>();

  /** The events that are whole with this payload. */
  read(payload: string): unknown[] {
    const value = JSON.parse(payload) as unknown[] | Part;
    if (Array.isArray(value)) return value;
    const { event, of, base64 } = value;
    const parts = [...(this.partial.get(event) ?? []), base64];
    this.partial.set(event, parts);
    if (parts.length < of) {
      const [oldest] = this.partial.keys();
      if (this.partial.size > MAX_PARTIAL && oldest !== undefined) this.partial.delete(oldest);
      return [];
    }
    this.partial.delete(event);
    return [JSON.parse(Buffer.from(parts.join(''), 'base64').toString('utf8'))];
  }
}
