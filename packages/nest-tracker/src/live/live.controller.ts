import { BadRequestException, Controller, Get, Logger, Res } from '@nestjs/common';
import { isClickId } from '@tallyback/protocol';
import { ApiKeys } from '../access/api-keys.service.js';
import { ActingKey } from '../http/acting-user.js';
import { HttpReplier } from '../http/http-reply.js';
import { type HttpRequest, header } from '../http/http-request.js';
import { problemReply } from '../http/problem-reply.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { Clock } from '../storage/clock.js';
import { isStorageFailure } from '../storage/storage-failure.js';
import { EventStream } from './event-stream.js';
import { LIVE_TYPES, type LiveEvent } from './live-event.js';
import { LiveFeed, type Watcher } from './live-feed.service.js';
import { LiveHistory } from './live-history.js';

/** Events that wait for a watcher while what it has missed is read. */
const MAX_HELD = 5_000;
/** How often it is asked whether a watcher's API key still opens anything, in milliseconds. */
const KEY_CHECK_MS = 15_000;

/** What happens, while it happens. */
@Controller('v1/live')
export class LiveController {
  private readonly logger = new Logger(LiveController.name);

  constructor(
    private readonly feed: LiveFeed,
    private readonly history: LiveHistory,
    private readonly replier: HttpReplier,
    private readonly keys: ApiKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * Server-Sent Events `click`, `conversion`, `postback`; `?types=` names some of them. With `Last-Event-ID` (or
   * `?lastEventId=`) it goes on after that event; `gap` says that something was left out.
   */
  @Get()
  async watch(
    @PublicRequest() request: HttpRequest,
    @Res() response: unknown,
    @ActingKey() key: string | undefined,
  ): Promise<void> {
    const query = readQuery(request);
    const types = readTypes(query.get('types'));
    const lastId = header(request, 'last-event-id') ?? query.get('lastEventId') ?? undefined;
    if (lastId !== undefined && !isClickId(lastId)) {
      throw new BadRequestException('"Last-Event-ID" must be the id of an event of this stream.');
    }
    if (request.method === 'HEAD') return this.replier.send(response, { status: 200 });
    let stream: EventStream | undefined;
    let held: LiveEvent[] | undefined = [];
    let ended = false;
    let checkedAt = this.clock.now();
    const watcher: Watcher = {
      tell: (event) => {
        const now = this.clock.now();
        if (key !== undefined && now - checkedAt >= KEY_CHECK_MS) {
          checkedAt = now;
          this.endUnlessOpen(key, watcher);
        }
        if (!types.has(event.type)) return;
        if (!held) stream?.send(event);
        else if (held.length < MAX_HELD) held.push(event);
        else watcher.end();
      },
      end: () => {
        ended = true;
        this.feed.leave(watcher);
        stream?.end();
      },
    };
    try {
      const remembered = await this.feed.watch(watcher, lastId);
      const missed = remembered
        ? { events: remembered, incomplete: false }
        : await this.history.since(lastId as string);
      stream = new EventStream(response, () => this.feed.leave(watcher));
      if (missed.incomplete) stream.gap();
      for (const event of [...missed.events.filter(({ type }) => types.has(type)), ...held]) stream.send(event);
      held = undefined;
      if (ended) stream.end();
    } catch (error) {
      this.feed.leave(watcher);
      if (!stream && !isStorageFailure(error)) throw error;
      this.logger.error(`Live events cannot be told: ${(error as Error).message}`);
      // Once the stream has begun there is no other answer: it ends, and who watches comes back.
      if (stream) return stream.end();
      const detail = 'The database cannot be listened to at the moment. Try again.';
      this.replier.send(response, problemReply({ reason: 'storage_unavailable', detail }));
    }
  }

  /** A stream outlives the request that its key has let in; who comes back with that key gets 401. */
  private endUnlessOpen(key: string, watcher: Watcher): void {
    this.keys.isOpen(key).then(
      (isOpen) => {
        if (!isOpen) watcher.end();
      },
      // Asked again with a later event.
      () => undefined,
    );
  }
}

function readTypes(given: string | null): ReadonlySet<string> {
  const types = given === null ? LIVE_TYPES : given.split(',');
  const unknown = types.find((type) => !(LIVE_TYPES as readonly string[]).includes(type));
  if (unknown === undefined) return new Set(types);
  throw new BadRequestException(`"types" must be some of ${LIVE_TYPES.join(', ')}.`);
}
