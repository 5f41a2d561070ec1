import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';

/** One route of a controller. */
export interface RouteOf {
  readonly method: string;
  /** Below the module's prefix, with `:name` for a part that varies: `/v1/offers/:key`. */
  readonly path: string;
  readonly controller: Type;
  /** Name of the controller's method. */
  readonly name: string;
  readonly handler: object;
}

/** Every route that controllers declare. */
export function routesOf(controllers: readonly Type[]): RouteOf[] {
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, unknown>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value as object | undefined;
      const method = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined);
      if (!handler || method === undefined) return [];
      const paths = [Reflect.getMetadata(PATH_METADATA, handler) ?? ''].flat() as string[];
      return paths.map((path) => {
        const parts = [Reflect.getMetadata(PATH_METADATA, controller) as string, path];
        const whole = parts.flatMap((part) => part.split('/')).filter((part) => part !== '');
        return { method: RequestMethod[method] ?? '', path: `/${whole.join('/')}`, controller, name, handler };
      });
    });
  });
}
