import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { isOpenTo, type ScopedRequest } from '../access/access-scope.js';
import type { ApiKey } from '../access/api-key.entity.js';
import { ApiKeys } from '../access/api-keys.service.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import type { KeyedRequest } from './acting-user.js';
import { header, readHttpRequest } from './http-request.js';

/** Lets a management request in by `Authorization: Bearer` with the admin token or an API key. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
    private readonly keys: ApiKeys,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { adminToken } = this.options;
    // Without a token the module has booted only because this is a developer's or a test's own machine.
    if (!adminToken) return true;
    const request = readHttpRequest(context.switchToHttp().getRequest());
    const [, given] = /^Bearer +(\S+)$/i.exec(header(request, 'authorization') ?? '') ?? [];
    if (given !== undefined && sameText(given, adminToken)) return true;
    const key = given === undefined ? undefined : await this.keys.find(given);
    if (key) {
      const reads = request.method === 'GET' || request.method === 'HEAD';
      if (key.role === 'read' && !reads) throw new ForbiddenException('This key may look at things, not change them.');
      const admitted = context.switchToHttp().getRequest<KeyedRequest & ScopedRequest>();
      admitted.tallybackKey = key.id;
      if (key.role === 'advertiser' || key.role === 'partner') {
        if (!reads || !isOpenTo(key.role, context.getHandler())) throw new ForbiddenException(closedTo(key));
        admitted.tallybackScope = { role: key.role, key: key.subject ?? '' };
      }
      return true;
    }
    context.switchToHttp().getResponse().header('www-authenticate', 'Bearer realm="tallyback"');
    throw new UnauthorizedException(
      'Management routes need the header "Authorization: Bearer <admin token or API key>".',
    );
  }
}

function closedTo({ role, subject }: ApiKey): string {
  return `This key is for the ${role} "${subject}", and this route is not open to ${role}s.`;
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
