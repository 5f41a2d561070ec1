import { BadRequestException } from '@nestjs/common';

/** Parameters of every list. */
export const PAGING = ['limit', 'cursor'] as const;

/**
 * For requests where a misspelt parameter would do more than was meant, or show other figures than were asked for.
 *
 * @throws BadRequestException naming the first parameter that is none of these.
 */
export function requireKnown(query: URLSearchParams, known: readonly string[]): void {
  const other = [...query.keys()].find((name) => !known.includes(name));
  if (other === undefined) return;
  throw new BadRequestException(`"${other}" is not a parameter here; there are ${known.join(', ')}.`);
}
