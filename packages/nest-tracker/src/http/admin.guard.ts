import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { header, readHttpRequest } from './http-request.js';

/** Lets a management request in by `Authorization: Bearer <adminToken>`. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(@Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions) {}

  canActivate(context: ExecutionContext): boolean {
    const { adminToken } = this.options;
    // Without a token the module has booted only because this is a developer's or a test's own machine.
    if (!adminToken) return true;
    const request = readHttpRequest(context.switchToHttp().getRequest());
    const [, given] = /^Bearer +(\S+)$/i.exec(header(request, 'authorization') ?? '') ?? [];
    if (given !== undefined && sameText(given, adminToken)) return true;
    context.switchToHttp().getResponse().header('www-authenticate', 'Bearer realm="tallyback"');
    throw new UnauthorizedException('Management routes need the header "Authorization: Bearer <admin token>".');
  }
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
