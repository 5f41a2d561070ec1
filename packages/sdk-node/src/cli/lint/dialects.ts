import { findNetwork, lintUrlTemplate, type Network, networks, type UrlTemplateOptions } from '@tallyback/protocol';
import { UsageError } from '../failures.js';

/** The networks whose macros are known. */
export const DIALECTS: readonly Network[] = networks.filter(({ macros }) => Object.keys(macros.names).length > 0);

/** @throws {UsageError} for a name that is none of {@link DIALECTS} */
export function dialectOf(name: string): Network {
  const network = findNetwork(name.toLowerCase());
  if (network && DIALECTS.includes(network)) return network;
  const known = DIALECTS.map((one) => one.name).join(', ');
  if (network) throw new UsageError(`no macros of ${network.title} are documented; write your template with ours`);
  throw new UsageError(`--network "${name}" is not known; known are ${known}`);
}

/** The networks in whose dialect a template has macros and no error: what its author may have meant. */
export function readableAs(source: string, options: UrlTemplateOptions): readonly Network[] {
  return DIALECTS.filter(({ macros }) => {
    return lintUrlTemplate(source, { ...options, dialect: macros }).every(({ severity }) => severity !== 'error');
  });
}
