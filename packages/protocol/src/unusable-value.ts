import { looksLikeMacro } from './looks-like-macro.js';

// What scripts print for nothing. As a transaction id it would make one order of all of them.
const nothing = /^(?:undefined|null|nan|\[object object\])$/i;

/**
 * Why the value of a URL parameter says nothing, whatever field it is for; `undefined` when it may say something. Names the
 * mistake at the sender, since senders of postbacks make few others.
 */
export function unusableValue(value: string): string | undefined {
  if (looksLikeMacro(value)) return 'holds a macro that the sender did not replace by its value';
  if (nothing.test(value)) return 'holds what a program prints for nothing; leave the parameter empty instead';
  // Different ids would become the same one.
  if (value.includes('\uFFFD')) return 'holds bytes that are not UTF-8; percent-encode the UTF-8 bytes of the text';
  return undefined;
}
