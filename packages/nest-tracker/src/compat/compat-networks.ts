import { type Network, type NetworkReceive, networks } from '@tallyback/protocol';

/** A network whose own inbound postbacks we take. */
export interface CompatNetwork extends Network {
  readonly receive: NetworkReceive;
}

/** Every network with a compat route. */
export const compatNetworks: readonly CompatNetwork[] = networks.filter(
  (network): network is CompatNetwork => network.receive !== undefined,
);

/** As many segments as a path under a route that ends in `*` may have. */
const MAX_REST_SEGMENTS = 6;

/** Routes of one method as the controller declares them, from what the networks declare. */
export function compatPaths(method: 'GET' | 'POST'): string[] {
  return compatNetworks.flatMap(({ name, receive }) =>
    receive.routes
      .filter((route) => route.method === method)
      .flatMap(({ path }) => {
        const base = `compat/${name}${path}`.replace(/\/$/, '');
        // Express and Fastify spell a wildcard differently, and Nest translates with a warning at every boot; so the rest
        // is written as parameters.
        return base.endsWith('/*') ? rests(base.slice(0, -2)) : [base];
      }),
  );
}

function rests(base: string): string[] {
  return Array.from(
    { length: MAX_REST_SEGMENTS + 1 },
    (_, count) => base + Array.from({ length: count }, (__, index) => `/:rest${index}`).join(''),
  );
}
