/**
 * An answer as every storage takes it: without NUL, which PostgreSQL refuses in a text, and without halves of surrogate
 * pairs, which are no Unicode. What a destination answered may hold anything, and must not keep its settlement away.
 */
export function storableText(answer: string): string {
  return answer.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}
