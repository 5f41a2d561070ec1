import type { ConversionStatus, PostbackField, ReceiveSettings } from '@tallyback/protocol';
import { CONVERSION_STATUSES, EVENT_PATTERN, isCurrency } from '@tallyback/protocol';
import type { CatalogFault } from '../catalog/catalog-error.js';
import { compatNetworks } from './compat-networks.js';

/** How postbacks of one network are read and answered. */
export interface CompatNetworkSettings extends ReceiveSettings {
  /**
   * Answer 200 whatever was decided, for networks that switch a postback off after other answers. The header
   * `tallyback-outcome` keeps saying the truth. Not for 429 and 503: there nothing was decided, and the network is to try
   * again. Default false.
   */
  readonly alwaysOk?: boolean;
}

/** Settings by the network's name: `{ everflow: { currency: 'EUR' } }`. */
export type CompatSettings = Readonly<Record<string, CompatNetworkSettings>>;

const POSTBACK_FIELDS: readonly string[] = [
  'clickId',
  'transactionId',
  'event',
  'revenue',
  'payout',
  'currency',
  'status',
  'couponCode',
  'customerId',
] satisfies readonly PostbackField[];
const MAX_ENTRIES = 500;
const MAX_NAME = 128;

type Check = (value: unknown, path: string) => CatalogFault[];

const CHECKS: Readonly<Record<keyof CompatNetworkSettings, Check>> = {
  events: entries((value) =>
    typeof value === 'string' && EVENT_PATTERN.test(value)
      ? undefined
      : 'must be an event of ours such as "lead": a-z, 0-9 and "_", starting with a letter',
  ),
  statuses: entries((value) =>
    CONVERSION_STATUSES.includes(value as ConversionStatus)
      ? undefined
      : `must be one of ${CONVERSION_STATUSES.join(', ')}`,
  ),
  currency: one((value) =>
    typeof value === 'string' && isCurrency(value) ? undefined : 'must be an ISO 4217 code in capitals such as "EUR"',
  ),
  transactionIdScope: one((value) =>
    value === 'order' || value === 'click' ? undefined : 'must be "order" or "click"',
  ),
  parameters: entries((value, field) => {
    if (!POSTBACK_FIELDS.includes(field))
      return `is not a field of a postback; there are ${POSTBACK_FIELDS.join(', ')}`;
    return isName(value) ? undefined : 'must be the name of a parameter';
  }),
  alwaysOk: one((value) => (typeof value === 'boolean' ? undefined : 'must be true or false')),
};

/** Everything wrong with compat settings, each fault with its path; nothing when they may be used as {@link CompatSettings}. */
export function compatFaults(value: unknown, path: string): CatalogFault[] {
  if (!isObject(value)) return [{ path, message: 'must be an object with settings by network' }];
  return Object.entries(value).flatMap(([name, settings]) => {
    const at = `${path}.${name}`;
    const network = compatNetworks.find((known) => known.name === name);
    if (!network) {
      const names = compatNetworks.map((known) => known.name).join(', ');
      return [{ path: at, message: `is not a network with a compat route; there are ${names}` }];
    }
    if (!isObject(settings)) return [{ path: at, message: 'must be an object' }];
    const faults = Object.entries(settings).flatMap(([setting, given]): CatalogFault[] =>
      Object.hasOwn(CHECKS, setting)
        ? CHECKS[setting as keyof CompatNetworkSettings](given, `${at}.${setting}`)
        : [{ path: `${at}.${setting}`, message: `is not a setting; there are ${Object.keys(CHECKS).join(', ')}` }],
    );
    return faults;
  });
}

function one(fault: (value: unknown) => string | undefined): Check {
  return (value, path) => {
    const message = fault(value);
    return message === undefined ? [] : [{ path, message }];
  };
}

function entries(fault: (value: unknown, name: string) => string | undefined): Check {
  return (value, path) => {
    if (!isObject(value)) return [{ path, message: 'must be an object' }];
    const all = Object.entries(value);
    if (all.length > MAX_ENTRIES) return [{ path, message: `must have at most ${MAX_ENTRIES} entries` }];
    return all.flatMap(([name, entry]) => {
      const message = isName(name) ? fault(entry, name) : `must have names of 1 to ${MAX_NAME} characters`;
      return message === undefined ? [] : [{ path: `${path}.${name}`, message }];
    });
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_NAME && !/\p{Cc}/u.test(value);
}
