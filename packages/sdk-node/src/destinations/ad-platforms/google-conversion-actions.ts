import { ConfigurationError } from '../../errors.js';

/** The number of a conversion action for all events, or one by event: `{ purchase: '123456789' }`. */
export type ConversionActions = string | Readonly<Record<string, string>>;

/** @internal @throws {ConfigurationError} when a number is none */
export function conversionActions(given: ConversionActions): (event: string) => string | undefined {
  if (typeof given === 'string') {
    const action = digits('conversionActions', given);
    return () => action;
  }
  const entries = Object.entries(given ?? {}).map(
    ([event, action]) => [event, digits(`conversionActions.${event}`, action)] as const,
  );
  if (entries.length === 0) {
    throw new ConfigurationError('conversionActions', "is missing; pass the action's number, or one by event");
  }
  const actions = new Map(entries);
  return (event) => actions.get(event);
}

/** @internal A number of Google's, shown with dashes in its pages. @throws {ConfigurationError} */
export function digits(option: string, text: string): string {
  const plain = typeof text === 'string' ? text.replaceAll('-', '') : '';
  if (/^\d{1,20}$/.test(plain)) return plain;
  throw new ConfigurationError(option, 'must be a number such as 123-456-7890 (not a resource name)');
}
