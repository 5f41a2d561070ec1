import { codesOf, isDataFault, isError } from './storage-failure.js';

/**
 * What an error says, for the log: its name, the driver's code, and the message where that cannot quote what a row holds.
 * Never a statement or its parameters, which errors of the database carry as well.
 */
export function saidBy(error: unknown): string {
  if (!isError(error)) return String(error);
  const [code] = codesOf(error).reverse();
  const called = code === undefined || code === error.name ? error.name : `${error.name} ${code}`;
  return isDataFault(error) ? called : `${called}: ${error.message}`;
}
