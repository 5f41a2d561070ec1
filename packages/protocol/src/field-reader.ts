import type { Fault, FaultReason } from './faults.js';
import { suggestField } from './field-friends.js';

// A hostile body may hold thousands of faulty fields; an answer listing them all would help nobody.
const MAX_FAULTS = 100;

// PostgreSQL cannot store NUL, a lone surrogate has no UTF-8 form, and other controls only break logs and headers.
const unstorable = /[\p{Cc}\p{Cs}]/u;
const unstorableAll = /[\p{Cc}\p{Cs}]/gu;
const blank = /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]*$/u;

/** Collects every fault of one message, with paths. */
export class FaultList {
  readonly faults: Fault[] = [];

  add(reason: FaultReason, field: string, detail: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ reason, field, detail });
  }
}

/** Reads the known fields of one untrusted object and faults the rest. */
export class FieldReader {
  private constructor(
    private readonly record: object,
    private readonly prefix: string,
    readonly list: FaultList,
  ) {}

  /**
   * @param path path of the object itself, `''` for the root
   * @param known every field the object may have
   * @returns `undefined`, with a fault, when `value` is not an object
   */
  static open(
    value: unknown,
    path: string,
    known: readonly string[],
    list: FaultList,
    kind = 'an object',
  ): FieldReader | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      list.add(path === '' ? 'malformed_request' : 'invalid_field', path, `must be ${kind}, not ${typeName(value)}`);
      return undefined;
    }
    const reader = new FieldReader(value, path === '' ? '' : `${path}.`, list);
    for (const name of Object.keys(value)) {
      if (!known.includes(name)) reader.unknown(name, known);
    }
    return reader;
  }

  /** The path of a field of this object. */
  path(name: string): string {
    return this.prefix + name;
  }

  /** The field's value; `undefined` when absent. Only own properties count, so a prototype cannot smuggle one in. */
  get(name: string): unknown {
    const value = (this.record as Record<string, unknown>)[name];
    // Most fields are absent, and to look for their owner costs more than the rest.
    return value !== undefined && Object.hasOwn(this.record, name) ? value : undefined;
  }

  /** Adds a fault of a field. */
  fault(reason: FaultReason, name: string, detail: string): undefined {
    this.list.add(reason, this.path(name), detail);
    return undefined;
  }

  /** A required field's value; a `missing_field` fault when absent. */
  required(name: string, detail: string): unknown {
    const value = this.get(name);
    if (value === undefined) this.fault('missing_field', name, detail);
    return value;
  }

  /** A string, or `undefined` when absent or (with a fault) something else. */
  string(name: string, example: string, value: unknown = this.get(name)): string | undefined {
    if (value === undefined) return undefined;
    if (typeof value === 'string') return value;
    const hint = value === null ? '; leave the field out instead' : '';
    return this.fault('invalid_field', name, `must be a string such as ${example}, not ${typeName(value)}${hint}`);
  }

  /** A text of 1-128 characters that is not blank and can be stored; taken exactly as it is. */
  text(name: string, example: string, value: unknown = this.get(name)): string | undefined {
    const text = this.string(name, example, value);
    if (text === undefined) return undefined;
    const detail = textFault(text, 128);
    return detail === undefined ? text : this.fault('invalid_field', name, detail);
  }

  private unknown(name: string, known: readonly string[]): void {
    const shown = shownName(name);
    const suggestion = suggestField(name, known);
    const hint = suggestion === undefined ? `known here: ${known.join(', ')}` : `did you mean "${suggestion}"?`;
    this.fault('unknown_field', shown, `unknown field "${shown}"; ${hint}`);
  }
}

/** What is wrong with a text that must have 1 to `max` characters (code points) and be storable, if anything. */
export function textFault(text: string, max: number): string | undefined {
  if (blank.test(text)) return 'must not be empty or blank';
  if (text.length > max && [...text.slice(0, 2 * max + 1)].length > max) return `must have at most ${max} characters`;
  return storableFault(text);
}

/** What keeps a text from being stored, if anything. */
export function storableFault(text: string): string | undefined {
  return unstorable.test(text) ? 'must not hold control characters or lone surrogates' : undefined;
}

/** A sender's field name, made safe to show. */
export function shownName(name: string): string {
  const safe = name.slice(0, 65).replaceAll(unstorableAll, '\u{fffd}');
  return safe.length > 64 ? `${safe.slice(0, 63)}…` : safe;
}

/** How a sender would call the type of a JSON value. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === undefined) return 'nothing';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
