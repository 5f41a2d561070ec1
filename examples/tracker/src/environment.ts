import { isIP } from 'node:net';
import { readSeed } from './seed.js';

/** Where the tracker keeps its rows. */
export type Database = { type: 'sqlite'; path: string } | { type: 'postgres'; url: string };

export const ADAPTERS = ['fastify', 'express'] as const;
export type Adapter = (typeof ADAPTERS)[number];

/** Nest's log levels, most urgent first; choosing one shows it and all before it. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The tracker's configuration as its environment variables give it. */
export interface Environment {
  database: Database;
  port: number;
  host: string;
  /** What links in answers start with, e.g. behind a reverse proxy; the tracker derives it from the request if absent. */
  publicUrl: string | undefined;
  /** Addresses and CIDR ranges of proxies whose `X-Forwarded-*` headers are believed. */
  trustProxy: readonly string[];
  adminToken: string | undefined;
  /** The parsed catalog file, handed to the module, which checks it. */
  seed: unknown;
  /** Whether postbacks to partners may go to private and loopback addresses. */
  allowPrivateAddresses: boolean;
  /** Delays between attempts to tell a partner, in milliseconds; the module's own when undefined. */
  partnerRetrySchedule: readonly number[] | undefined;
  /** How long one attempt to tell a partner may take, in milliseconds. */
  partnerTimeoutMs: number | undefined;
  adapter: Adapter;
  logLevel: LogLevel;
}

/** Thrown when variables are wrong; carries one line for each of them. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks all variables. An empty one counts as not set, as `VAR= npm run tracker` means it.
 *
 * @throws EnvironmentError naming every variable that is wrong
 */
export function readEnvironment(variables: Variables): Environment {
  const faults: string[] = [];
  const read = <T>(name: string, parse: (text: string) => T, otherwise: T): T => {
    const text = variables[name];
    if (text === undefined || text === '') return otherwise;
    try {
      return parse(text);
    } catch (error) {
      faults.push(`${name} ${error instanceof Error ? error.message : String(error)}`);
      return otherwise;
    }
  };
  const environment: Environment = {
    database: read<Database>('DATABASE_URL', parseDatabase, { type: 'sqlite', path: 'var/tracker.db' }),
    port: read('PORT', parsePort, 4010),
    host: read('HOST', String, '127.0.0.1'),
    publicUrl: read<string | undefined>('PUBLIC_URL', parsePublicUrl, undefined),
    trustProxy: read<readonly string[]>('TRUST_PROXY', parseAddresses, []),
    adminToken: read<string | undefined>('ADMIN_TOKEN', parseToken, undefined),
    seed: read<unknown>('SEED', readSeed, undefined),
    allowPrivateAddresses: read('ALLOW_PRIVATE_ADDRESSES', oneOf(['true', 'false']), 'false') === 'true',
    partnerRetrySchedule: read<readonly number[] | undefined>('PARTNER_RETRY_SECONDS', parseSchedule, undefined),
    partnerTimeoutMs: read<number | undefined>('PARTNER_TIMEOUT_SECONDS', parseMs, undefined),
    adapter: read('ADAPTER', oneOf(ADAPTERS), 'fastify'),
    logLevel: read('LOG_LEVEL', oneOf(LOG_LEVELS), 'warn'),
  };
  const open = variables.NODE_ENV === 'development' || variables.NODE_ENV === 'test';
  if (!variables.ADMIN_TOKEN && !open) {
    faults.push(
      'ADMIN_TOKEN is not set; the management routes need one (openssl rand -hex 24), unless NODE_ENV=development',
    );
  }
  if (faults.length > 0) throw new EnvironmentError(faults);
  return environment;
}

// The messages below never repeat the value of DATABASE_URL or ADMIN_TOKEN: both are secrets.

function parseDatabase(text: string): Database {
  const path = /^sqlite:(.+)$/s.exec(text)?.[1];
  if (path !== undefined) return { type: 'sqlite', path };
  if (/^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)) return { type: 'postgres', url: text };
  throw new Error('has to be sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME');
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new Error(`has to be a port from 0 (any free one) to 65535, not "${text}"`);
}

function parsePublicUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '');
  throw new Error(`has to be an absolute http(s) URL such as https://track.example.com, not "${text}"`);
}

function parseAddresses(text: string): readonly string[] {
  const addresses = text.split(',').map((address) => address.trim());
  const wrong = addresses.find((address) => isIP(address.split('/')[0] ?? '') === 0);
  if (wrong === undefined) return addresses;
  throw new Error(`has to be addresses or CIDR ranges of proxies, such as 10.0.0.0/8,::1, not "${wrong}"`);
}

function parseToken(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new Error('has to be ASCII characters without spaces (it travels in an Authorization header)');
}

function parseSchedule(text: string): readonly number[] {
  return text.split(',').map(parseMs);
}

function parseMs(text: string): number {
  const ms = /^\s*\d{1,6}(\.\d{1,3})?\s*$/.test(text) ? Math.round(Number(text) * 1000) : 0;
  if (ms > 0) return ms;
  throw new Error(`has to be seconds above 0, such as 5 or 0.5, not "${text}"`);
}

function oneOf<T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    throw new Error(`has to be one of ${choices.join(', ')}, not "${text}"`);
  };
}
