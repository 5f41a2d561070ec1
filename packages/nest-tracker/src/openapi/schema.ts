import { CLICK_ID_PATTERN } from './patterns.js';

/** A schema of OpenAPI 3.0. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly default?: unknown;
}

const described = (schema: Schema, description?: string): Schema =>
  description === undefined ? schema : { ...schema, description };

export const text = (description?: string): Schema => described({ type: 'string' }, description);
export const whole = (description?: string): Schema => described({ type: 'integer' }, description);
export const yesNo = (description?: string): Schema => described({ type: 'boolean' }, description);
export const time = (description?: string): Schema => described({ type: 'string', format: 'date-time' }, description);
export const id = (description?: string): Schema =>
  described({ type: 'string', pattern: CLICK_ID_PATTERN }, description);
export const oneOf = (values: readonly unknown[], description?: string): Schema =>
  described({ type: 'string', enum: values }, description);
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const orNull = (schema: Schema): Schema => ({ ...schema, nullable: true });
/** An object of any fields. */
export const anything: Schema = { type: 'object', additionalProperties: true };

/** An object; fields whose name ends in `?` may be missing. */
export function object(fields: Readonly<Record<string, Schema>>, description?: string): Schema {
  const entries = Object.entries(fields);
  const required = entries.flatMap(([name]) => (name.endsWith('?') ? [] : [name]));
  return described(
    {
      type: 'object',
      properties: Object.fromEntries(entries.map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
      ...(required.length > 0 && { required }),
    },
    description,
  );
}

/** One page of a list. */
export function pageOf(item: Schema): Schema {
  return object({ items: list(item), next: orNull(text('cursor of the next page; null on the last')) });
}

/** The fields of an object schema without their being required, or with others. */
export function fieldsOf({ properties = {}, required = [] }: Schema): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [required.includes(name) ? name : `${name}?`, schema]),
  );
}
