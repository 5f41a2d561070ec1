import type { Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import { EVENT_PATTERN, KEY_PATTERN, POSTBACK_KEY_PATTERN } from './patterns.js';
import type { Schema } from './schema.js';

/** One rule that a decorator has put on a field. */
interface Rule {
  readonly propertyName: string;
  readonly type: string;
  readonly name?: string;
  readonly constraints?: readonly unknown[];
  readonly each: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: every rule has constraints of its own kind.
type Reading = (constraints: readonly any[]) => Schema;

/** What the rules say about a value. Rules about a list are among {@link LISTS}. */
const VALUES: Readonly<Record<string, Reading>> = {
  isString: () => ({ type: 'string' }),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isObject: () => ({ type: 'object' }),
  isLength: ([minLength, maxLength]) => ({ type: 'string', minLength, maxLength }),
  min: ([minimum]) => ({ minimum }),
  max: ([maximum]) => ({ maximum }),
  isIn: ([values]) => ({ enum: values }),
  isKey: () => ({ type: 'string', pattern: KEY_PATTERN }),
  isPostbackKey: () => ({ type: 'string', pattern: POSTBACK_KEY_PATTERN }),
  isEvent: () => ({ type: 'string', pattern: EVENT_PATTERN }),
  isCurrencyCode: () => ({ type: 'string', pattern: '^[A-Z]{3}$' }),
  isDestination: () => ({ type: 'string', description: 'URL with macros such as {clickid}' }),
  isWebUrl: () => ({ type: 'string', format: 'uri' }),
  isHostPattern: () => ({ type: 'string', description: 'host such as shop.example or *.shop.example' }),
  isTime: () => ({ type: 'string', format: 'date-time' }),
  isSecret: () => ({ type: 'string', pattern: '^whsec_' }),
  isPublicKey: () => ({ type: 'string', pattern: '^whpk_' }),
  isAddressRange: () => ({ type: 'string', description: 'IP address or CIDR range' }),
  isPercent: () => ({ type: 'string', description: 'decimal percentage such as 12.5' }),
  isTierStart: () => ({ oneOf: [{ type: 'string' }, { type: 'integer' }] }),
};

const LISTS: Readonly<Record<string, Reading>> = {
  isArray: () => ({}),
  arrayMinSize: ([minItems]) => ({ minItems }),
  arrayMaxSize: ([maxItems]) => ({ maxItems }),
  arrayUnique: () => ({ uniqueItems: true }),
};

/** The schema of a class whose fields are checked by class-validator: what is accepted, nothing else. */
export function dtoSchema(dto: Type): Schema {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false) as unknown as Rule[];
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  const of = (name: string) => rules.filter(({ propertyName }) => propertyName === name);
  const isOptional = (name: string) =>
    of(name).some(({ type }) => type === 'conditionalValidation' || type === 'whitelistValidation');
  const required = names.filter((name) => !isOptional(name));
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(names.map((name) => [name, fieldSchema(dto, name, of(name))])),
    ...(required.length > 0 && { required }),
  };
}

function fieldSchema(dto: Type, name: string, rules: readonly Rule[]): Schema {
  const isList = rules.some(({ each, name: rule = '' }) => each || rule in LISTS);
  const nested = rules.some(({ type }) => type === 'nestedValidation') ? nestedDto(dto, name, isList) : undefined;
  const value: Schema = nested ? dtoSchema(nested) : readAll(rules, VALUES);
  return isList ? { type: 'array', items: value, ...readAll(rules, LISTS) } : value;
}

function readAll(rules: readonly Rule[], readings: Readonly<Record<string, Reading>>): Schema {
  const read = rules.map(({ name = '', constraints = [] }) => readings[name]?.(constraints) ?? {});
  return Object.assign({}, ...read) as Schema;
}

/** The class that a field's values become: only class-transformer knows, and tells by making one. */
function nestedDto(dto: Type, name: string, isList: boolean): Type {
  const made = plainToInstance(dto as Type<Record<string, unknown>>, { [name]: isList ? [{}] : {} })[name];
  return ((isList ? (made as object[])[0] : made) as object).constructor as Type;
}
