import { isClickId } from '../is-click-id.js';
import type { Options, Reason } from '../types.js';
import { attempt } from './attempt.js';
import { isOwn } from './is-own.js';

// {x} {{x}} ${x} [x] <x> in plain or still encoded form, $x$, #x#, %%x%%, __X__, and what a script prints for nothing.
const MACRO = /[{}[\]<>]|%[57]b|%3c|^([$#]|%%).*\1$|^__.*__$|^(undefined|null)$/i;

/** Why a value cannot be a click id, or undefined when it can. */
export function checkId(value: string, param: string, validate?: Options['validate']): Reason | undefined {
  if (!value || value.length > 512) return 'length';
  if (MACRO.test(value)) return 'macro';
  if (/[^\w.~:|+/=,@!*$%-]/.test(value)) return 'charset';
  if (validate) return attempt(() => validate(value, param)) ? undefined : 'refused';
  return isOwn(param) && !isClickId(value) ? 'format' : undefined;
}
