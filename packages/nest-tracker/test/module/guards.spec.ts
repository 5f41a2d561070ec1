import { describe, expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Injectable, Scope, SetMetadata } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { TrackerModule } from '../../src/index.js';
import { hostApplication, WORKS } from '../support/host-application.js';
import { manage, send } from '../support/requests.js';
import { ADAPTERS } from '../support/start-tracker.js';

@Injectable()
class RoleGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest().headers['x-role'] === 'boss';
  }
}

describe.each(ADAPTERS)('a host with %s', (adapter) => {
  const { host, tracking, start, workThrough } = hostApplication(adapter);

  describe('with a global guard that lets in what is marked', () => {
    const Public = () => SetMetadata('isPublic', true);
    @Injectable()
    class LoginGuard implements CanActivate {
      constructor(private readonly reflector: Reflector) {}
      canActivate(context: ExecutionContext): boolean {
        return this.reflector.getAllAndOverride('isPublic', [context.getHandler(), context.getClass()]) === true;
      }
    }
    const OPEN = [302, 'recorded', 'unattributed', 'malformed_request'];

    it.each([
      ['of one instance', {}],
      ['made for each request', { scope: Scope.REQUEST }],
    ])('%s, has its public routes open, and the guard asked for the others', async (_, scope) => {
      await start({
        imports: [TrackerModule.forRoot(tracking())],
        providers: [{ provide: APP_GUARD, useClass: LoginGuard, ...scope }],
      });
      expect(await workThrough('')).toEqual([...OPEN, 403, 403, 200]);
      expect((await send(host, '/shop')).status).toBe(403);
    });

    it('marks the management routes by a decorator of its own', async () => {
      const decorators = { management: [Public()] };
      await start({ imports: [TrackerModule.forRoot({ ...tracking(), decorators })] }, (host) => {
        host.useGlobalGuards(new LoginGuard(new Reflector()));
      });
      expect(await workThrough('')).toEqual(WORKS);
      expect((await send(host, '/shop')).status).toBe(403);
    });

    it('has it asked for the public routes as well when it says so', async () => {
      await start({
        imports: [TrackerModule.forRoot({ ...tracking(), globalGuards: 'all' })],
        providers: [{ provide: APP_GUARD, useClass: LoginGuard }],
      });
      for (const path of ['/c/open', '/postback', '/pixel.gif', '/health']) {
        expect([path, (await send(host, path)).status]).toEqual([path, 403]);
      }
    });
  });

  it.each([[undefined], [null]])('may switch a global guard off by a factory that gives %s', async (none) => {
    await start({
      imports: [TrackerModule.forRoot(tracking())],
      providers: [{ provide: APP_GUARD, useFactory: () => none }],
    });
    expect(await workThrough('')).toEqual(WORKS);
    expect((await send(host, '/shop')).status).toBe(200);
  });

  it('is told when it says neither of what global guards may be asked for', async () => {
    const module = TrackerModule.forRoot({ ...tracking(), globalGuards: 'public' as 'all' });
    await expect(start({ imports: [module] })).rejects.toThrow(
      /globalGuards must be 'management' or 'all', not "public"/,
    );
  });

  it('guards the management routes by a guard of its own, and only those', async () => {
    await start({ imports: [TrackerModule.forRoot({ ...tracking(), adminToken: undefined, guard: RoleGuard })] });
    expect(await workThrough('')).toEqual([302, 'recorded', 'unattributed', 'malformed_request', 403, 403, 200]);
    for (const path of ['/v1/reports', '/v1/conversions', '/v1/postbacks/in']) {
      expect((await send(host, path, { headers: { 'x-role': 'boss' } })).status).toBe(200);
      expect((await manage(host, path)).status).toBe(403);
    }
  });
});
