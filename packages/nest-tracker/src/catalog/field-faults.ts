import type { ValidationError } from 'class-validator';
import type { CatalogFault } from './catalog-error.js';

/** Rules about what kind of value a field takes: where one fails, what others say of the value means nothing. */
const KINDS = ['isArray', 'isObject', 'isString', 'isInt', 'isNumber', 'isBoolean'];

/** What is said instead of the rule's own words. */
const WORDS: Readonly<Record<string, string>> = {
  whitelistValidation: 'is not a field of the catalog',
  nestedValidation: 'must be an object',
  isNumber: 'must be a number',
  arrayUnique: 'must not name anything twice',
};

/** What class-validator found, a fault for each rule that failed, with the path of its field. */
export function fieldFaults(error: ValidationError, parent = ''): CatalogFault[] {
  const { property, constraints = {}, children = [] } = error;
  const inside = /^\d+$/.test(property) ? `[${property}]` : parent && `.${property}`;
  const path = inside ? `${parent}${inside}` : property;
  const kind = KINDS.find((rule) => rule in constraints);
  const failed = kind === undefined ? Object.keys(constraints) : [kind];
  const own = failed.map((rule) => faultOf(error, path, WORDS[rule] ?? constraints[rule] ?? 'is invalid'));
  return kind === undefined ? [...own, ...children.flatMap((child) => fieldFaults(child, path))] : own;
}

function faultOf({ property, value }: ValidationError, path: string, words: string): CatalogFault {
  // The path says the name already.
  const bare = words.startsWith(`${property} `) ? words.slice(property.length + 1) : words;
  const message = bare.replace(/^each value in \S+ must be/, 'must each be');
  const [, index, said] = /^\[(\d+)\] (.*)$/s.exec(message) ?? [];
  if (index !== undefined && said !== undefined) {
    return { path: `${path}[${index}]`, message: missing((value as unknown[])[Number(index)], said) };
  }
  return { path, message: missing(value, message) };
}

function missing(value: unknown, message: string): string {
  return value === undefined ? `is missing; it ${message}` : message;
}

/** Fields whose value may be any JSON. */
export const ANYTHING: readonly string[] = ['body', 'compat'];
/** No object of a catalog lies deeper. */
export const DEEPEST = 6;

/** Lists where an object belongs, whose fields nobody would check. */
export function listsForObjects(value: object, path = '', depth = 0): CatalogFault[] {
  if (depth > DEEPEST) return [];
  return Object.entries(value).flatMap(([name, one]): CatalogFault[] => {
    if (typeof one !== 'object' || one === null || ANYTHING.includes(name)) return [];
    const isItem = Array.isArray(value);
    const at = isItem ? `${path}[${name}]` : path ? `${path}.${name}` : name;
    if (isItem && Array.isArray(one)) return [{ path: at, message: 'must be an object' }];
    return listsForObjects(one, at, depth + 1);
  });
}
