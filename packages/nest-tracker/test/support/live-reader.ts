import { type ClientRequest, get } from 'node:http';
import type { Json } from './requests.js';
import { ADMIN_TOKEN, type Tracker } from './start-tracker.js';

export interface SeenEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Json;
}

/** Reads `GET /v1/live` as a browser's `EventSource` does. */
export class LiveReader {
  readonly events: SeenEvent[] = [];
  status = 0;
  contentType: string | undefined;
  /** Resolves when the stream has ended, by whichever side. */
  readonly ended: Promise<void>;
  private readonly opened: Promise<void>;
  private readonly request: ClientRequest;
  private arrived: () => void = () => undefined;

  constructor(
    { url }: Pick<Tracker, 'url'>,
    { query = '', lastId, token = ADMIN_TOKEN }: { query?: string; lastId?: string; token?: string } = {},
  ) {
    const headers = { authorization: `Bearer ${token}`, ...(lastId && { 'last-event-id': lastId }) };
    this.request = get(`${url}/v1/live${query}`, { headers, agent: false });
    let open: () => void = () => undefined;
    this.opened = new Promise((resolve) => {
      open = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.request.on('error', () => resolve());
      this.request.on('response', (response) => {
        this.status = response.statusCode ?? 0;
        this.contentType = response.headers['content-type'];
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          const blocks = text.split('\n\n');
          text = blocks.pop() ?? '';
          for (const block of blocks) this.read(block);
          open();
        });
        response.on('error', () => resolve());
        response.on('close', () => resolve());
      });
    });
  }

  /** Resolves when the stream is there: what happens from now on is seen. */
  async open(): Promise<this> {
    await this.opened;
    return this;
  }

  /** Resolves with what was seen when so many events were. */
  async until(count: number): Promise<SeenEvent[]> {
    while (this.events.length < count) {
      await new Promise<void>((resolve) => {
        this.arrived = resolve;
      });
    }
    return this.events;
  }

  close(): void {
    this.request.destroy();
  }

  private read(block: string): void {
    const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
    const [event, data] = [fields.get('event'), fields.get('data')];
    if (event === undefined || data === undefined) return;
    this.events.push({ id: fields.get('id') ?? '', event, data: JSON.parse(data) as Json });
    this.arrived();
  }
}
