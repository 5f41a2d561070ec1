import { type CanActivate, Controller, type Type, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';

/** What stands before the routes of a controller. */
export interface RouteDecoration {
  readonly guard?: Type<CanActivate> | CanActivate | undefined;
  /** Open to visitors and networks, which no guard of the host's knows. Default false. */
  readonly isPublic?: boolean | undefined;
  /** Class decorators of the host's, such as its own `@Public()`. */
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

const publicControllers = new WeakSet<object>();

/** Whether a class is a controller that was registered as public. */
export function isPublic(controller: Type): boolean {
  return publicControllers.has(controller);
}

/**
 * A controller of the same routes for one registration of the module; the original stays as it is, for others.
 *
 * The routes are of no version: where the host has switched on versioning with a default version, Nest would move click
 * links and postback addresses that are already out in the world.
 */
export function registered(controller: Type, { guard, isPublic = false, decorators = [] }: RouteDecoration): Type {
  class RegisteredController extends controller {}
  Controller({ path: Reflect.getMetadata('path', controller), version: VERSION_NEUTRAL })(RegisteredController);
  if (guard) UseGuards(guard)(RegisteredController);
  if (isPublic) publicControllers.add(RegisteredController);
  for (const decorate of decorators) decorate(RegisteredController);
  Object.defineProperty(RegisteredController, 'name', { value: controller.name });
  return RegisteredController;
}
