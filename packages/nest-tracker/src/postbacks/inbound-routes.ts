import { Injectable } from '@nestjs/common';
import type { IntakeResult } from '../conversions/intake.js';
import type { HttpReply } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import type { Reader } from './reading.js';

/** A route that conversions come in by. */
export interface InboundRoute {
  /** Below the module's prefix, such as `/postback`; `:name` stands for one segment, a trailing `*` for any rest or none. */
  readonly route: string;
  readonly read: Reader;
  /** The body is signed as it is, so that also a broken one first has to prove its sender. Default false. */
  readonly signedBody?: boolean;
  /** Largest body, where it is larger than what the host's parsers take. */
  readonly maxBodyBytes?: number;
  /** Names of segments that are credentials; the log blanks them out. */
  readonly secretSegments?: readonly string[];
  /**
   * The answer in the sender's own format; `status` is what reading said is answered instead of the outcome's own. Default:
   * the outcome or problem as JSON.
   */
  readonly reply?: (result: IntakeResult, request: HttpRequest, status?: number) => HttpReply;
}

interface CompiledRoute {
  readonly route: InboundRoute;
  readonly pattern: RegExp;
}

/** Every route that conversions come in by, so that the body parsers' errors, replays and tests find its reader. */
@Injectable()
export class InboundRoutes {
  private readonly routes: CompiledRoute[] = [];

  /** To be called by constructors: the routes are asked for before any module is initialised. */
  add(route: InboundRoute): void {
    this.routes.push({ route, pattern: compile(route.route) });
  }

  /** Every route. */
  all(): InboundRoute[] {
    return this.routes.map(({ route }) => route);
  }

  /** The route of a path as on the request line; by its end, because a prefix of the module's or the host's may stand before it. */
  find(path: string): InboundRoute | undefined {
    let found: InboundRoute | undefined;
    let length = 0;
    for (const { route, pattern } of this.routes) {
      const matched = pattern.exec(path)?.[0].length ?? 0;
      // The longest match: `/compat/voluum/postback` ends as `/postback` does.
      if (matched > length) [found, length] = [route, matched];
    }
    return found;
  }

  /** A path with the segments that are credentials blanked out; everything else stays as it is. */
  redact(path: string): string {
    for (const { route, pattern } of this.routes) {
      const groups = route.secretSegments ? pattern.exec(path)?.groups : undefined;
      const secrets = route.secretSegments?.map((name) => groups?.[name]).filter((text) => text !== undefined) ?? [];
      if (secrets.length > 0) {
        const blank = new Set(secrets);
        return path
          .split('/')
          .map((segment) => (blank.has(segment) ? '***' : segment))
          .join('/');
      }
    }
    return path;
  }
}

function compile(route: string): RegExp {
  const [plain = '', rest] = route.replace(/^\/+|\/+$/g, '').split('/*');
  const source = plain
    .split('/')
    .map((segment) => {
      if (segment.startsWith(':')) return `(?<${segment.slice(1)}>[^/]+)`;
      return segment.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('/');
  // Express takes a trailing slash and other capitals for the same route.
  return new RegExp(`(?:^|/)${source}${rest === undefined ? '' : '(?:/.*)?'}/?$`, 'i');
}
