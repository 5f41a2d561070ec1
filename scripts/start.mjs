import { demonstrate } from './demo/demonstrate.mjs';
import { readPort, requireFreePorts } from './demo/ports.mjs';
import { Failure, runMain } from './setup/failure.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  const { once } = readArguments(process.argv.slice(2));
  const ports = { PORT: readPort('PORT', 4010), SHOP_PORT: readPort('SHOP_PORT', 4020) };
  await setUp('runtime');
  await requireFreePorts(ports);
  return demonstrate({ port: ports.PORT, shopPort: ports.SHOP_PORT, once });
});

function readArguments(args) {
  const unknown = args.find((arg) => arg !== '--once');
  if (unknown !== undefined) throw new Failure(`unknown argument "${unknown}": npm start [-- --once]`);
  return { once: args.includes('--once') };
}
