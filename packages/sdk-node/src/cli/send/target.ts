import { findNetwork, networks } from '@tallyback/protocol';
import type { Destination } from '../../destinations/destination.js';
import { networkDestination } from '../../destinations/network-destination.js';
import { template } from '../../destinations/template.js';
import { tracker } from '../../destinations/tracker.js';
import { ConfigurationError } from '../../errors.js';
import type { CommandContext, OptionDeclaration } from '../command.js';
import { UsageError } from '../failures.js';
import { readSecrets, SECRET_OPTIONS, variable } from '../secret-options.js';

/** Where the test conversion goes. */
export const TARGET_OPTIONS: Readonly<Record<string, OptionDeclaration>> = {
  url: { type: 'string', value: 'URL', about: 'base URL of a Tallyback tracker, or with --network of that network' },
  advertiser: { type: 'string', value: 'KEY', about: "the advertiser's key in the tracker" },
  ...SECRET_OPTIONS,
  template: { type: 'string', value: 'URL', about: 'a URL template with our macros instead of a tracker' },
  dialect: { type: 'string', value: 'NAME', about: 'the network in whose macros --template is written' },
  network: { type: 'string', value: 'NAME', about: 'another network instead of a tracker' },
  set: {
    type: 'string',
    multiple: true,
    value: 'OPTION=VALUE',
    about: 'an option of the network, e.g. offerId=7 or events.lead=Lead',
  },
  'set-env': {
    type: 'string',
    multiple: true,
    value: 'OPTION=NAME',
    about: 'one whose secret value is in an environment variable',
  },
};

export interface Target {
  readonly destination: Destination;
  /** Never to be shown. */
  readonly secrets: readonly string[];
}

/** @throws {UsageError} when the options do not make a destination */
export async function targetOf(context: CommandContext): Promise<Target> {
  try {
    return await made(context);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UsageError(`${blamed(error.option, context)}: ${error.detail}`, { cause: error });
  }
}

async function made(context: CommandContext): Promise<Target> {
  const { args, env } = context;
  const name = args.text('network');
  const source = args.text('template');
  if (name !== undefined && source !== undefined) throw new UsageError('give --template or --network, not both');
  if (source !== undefined) {
    if (args.has('url')) throw new UsageError('give --url for a tracker or --template, not both');
    const dialect = args.text('dialect');
    const destination = template(source, dialect === undefined ? {} : { dialect });
    return { destination, secrets: destination.secrets ?? [] };
  }
  const url = args.required('url', 'the base URL of the tracker (or give --template)');
  if (name !== undefined) {
    const network = findNetwork(name.toLowerCase());
    if (!network) {
      const known = networks.map((one) => one.name).join(', ');
      throw new UsageError(`--network "${name}" is not known; known are ${known}`);
    }
    const hidden = Object.entries(args.pairs('set-env')).map(
      ([option, from]) => [option, variable(from, env)] as const,
    );
    const options = { ...nested(args.pairs('set')), ...Object.fromEntries(hidden), url };
    const destination = networkDestination(network, options);
    return { destination, secrets: [...(destination.secrets ?? []), ...hidden.map(([, value]) => value)] };
  }
  const advertiser = args.required('advertiser', "the advertiser's key in the tracker");
  const secret = await readSecrets(context);
  if (secret.length === 0) {
    throw new UsageError('name the secret: --secret-env NAME or --secret-file FILE, or set TALLYBACK_SECRET');
  }
  return { destination: tracker({ url, advertiser, secret }), secrets: secret };
}

/** The option of the command line behind an option of a destination. */
function blamed(option: string, { args }: CommandContext): string {
  if (args.has('template')) return option === 'url' ? '--template' : `--${option}`;
  if (option === 'secret') return 'the secret';
  return args.has('network') && option !== 'url' ? `--set ${option}` : `--${option}`;
}

/** `{ 'events.lead': 'Lead' }` as `{ events: { lead: 'Lead' } }`. */
function nested(pairs: Readonly<Record<string, string>>): Record<string, string | Record<string, string>> {
  const flat = Object.entries(pairs).filter(([name]) => !name.includes('.'));
  const deep = Object.entries(pairs).filter(([name]) => name.includes('.'));
  const groups = new Set(deep.map(([name]) => name.slice(0, name.indexOf('.'))));
  const grouped = [...groups].map((group) => {
    const own = deep.filter(([name]) => name.startsWith(`${group}.`));
    return [group, Object.fromEntries(own.map(([name, value]) => [name.slice(group.length + 1), value]))] as const;
  });
  return Object.fromEntries<string | Record<string, string>>([...flat, ...grouped]);
}
