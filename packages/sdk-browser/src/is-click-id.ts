/**
 * Is this one of our click ids: a ULID of 26 characters, in either case?
 * The same grammar as `@tallyback/protocol` has; a test compares the two.
 */
export function isClickId(value: string): boolean {
  return /^[0-7][^\Wilou_]{25}$/i.test(value);
}
