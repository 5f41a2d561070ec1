import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { TRACKER_EXTRAS, type TrackerModuleExtras } from '../tracker.options.js';
import { isPublic } from './registered.js';

/**
 * Keeps the application's global guards from the public routes: visitors and networks have no login there, and signatures,
 * tokens and addresses are checked by the tracker itself. Nest has no way to leave controllers out.
 */
@Injectable()
export class GlobalGuards {
  constructor(
    private readonly config: ApplicationConfig,
    @Inject(TRACKER_EXTRAS) private readonly extras: TrackerModuleExtras,
  ) {}

  /** To be called before the routes are registered: Nest asks then which guards there are. */
  install(): void {
    const { config, extras } = this;
    if (extras.globalGuards === 'all') return;
    if (extras.globalGuards !== undefined && extras.globalGuards !== 'management') {
      throw new Error(
        `TrackerModule: globalGuards must be 'management' or 'all', not ${JSON.stringify(extras.globalGuards)}.`,
      );
    }
    const guards = config.getGlobalGuards.bind(config);
    config.getGlobalGuards = () => guards().map(exceptPublic);
    // Guards that are made for each request.
    const scoped = config.getGlobalRequestGuards.bind(config);
    config.getGlobalRequestGuards = () =>
      scoped().map((wrapper) =>
        Object.create(wrapper, {
          getInstanceByContextId: {
            value: (...of: Parameters<typeof wrapper.getInstanceByContextId>) => {
              const host = wrapper.getInstanceByContextId(...of);
              return host && { ...host, instance: exceptPublic(host.instance) };
            },
          },
        }),
      );
  }
}

/**
 * The same guard, still an instance of its class, which lets everything public in. What is none, such as nothing from a
 * factory that has switched its guard off, is left for Nest to judge.
 */
function exceptPublic<Guard extends CanActivate | null | undefined>(guard: Guard): Guard {
  if (typeof guard?.canActivate !== 'function') return guard;
  const canActivate = (context: ExecutionContext) => isPublic(context.getClass()) || guard.canActivate(context);
  return Object.create(guard, { canActivate: { value: canActivate } });
}
