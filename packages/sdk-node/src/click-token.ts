import { type Conversion, parseClickId, parseClickToken } from '@tallyback/protocol';
import type { ConversionInput, ConvertContext } from './conversion-input.js';
import type { PrepareContext } from './destinations/destination.js';
import { InvalidConversionError } from './errors.js';

/** The conversion without its click token, and what destinations are told beside it. */
export interface Resolved {
  readonly conversion: Conversion;
  readonly context: PrepareContext;
}

/** @throws {InvalidConversionError} when the token cannot be read, or names another click than the conversion */
export function resolveClickToken(input: ConversionInput, { person }: ConvertContext): Resolved {
  const told = person === undefined ? {} : { person };
  if (!('clickToken' in Object(input))) return { conversion: input, context: told };
  const { clickToken, ...conversion } = input;
  // Such as a field that a form did not send.
  if (clickToken === undefined) return { conversion, context: told };
  const parsed = parseClickToken(clickToken);
  if (!parsed.ok) {
    const prefixed = ({ field }: { field: string }) => (field === '' ? 'clickToken' : `clickToken.${field}`);
    throw new InvalidConversionError(parsed.faults.map((fault) => ({ ...fault, field: prefixed(fault) })));
  }
  const { clickId, platformIds, consent } = parsed.value;
  if (clickId !== undefined && conversion.clickId !== undefined && !isSame(conversion.clickId, clickId)) {
    const detail = 'names another click than `clickId`; give only one of them';
    throw new InvalidConversionError([{ reason: 'invalid_field', field: 'clickToken', detail }]);
  }
  return {
    conversion: clickId === undefined ? conversion : { ...conversion, clickId },
    context: platformIds === undefined || consent === 'denied' ? told : { ...told, clickIds: platformIds },
  };
}

/** A click id that is none is the parser's to refuse. */
function isSame(given: unknown, clickId: string): boolean {
  return typeof given !== 'string' || (parseClickId(given) ?? clickId) === clickId;
}
