import { type CanActivate, type Type, UseGuards } from '@nestjs/common';

/** A controller of the same routes with a guard before them; the original stays as it is, for other registrations. */
export function guarded(controller: Type, guard: Type<CanActivate> | CanActivate): Type {
  @UseGuards(guard)
  class GuardedController extends controller {}
  Object.defineProperty(GuardedController, 'name', { value: controller.name });
  return GuardedController;
}
