/**
 * Divides an amount by weights, to the last minor unit (largest remainder method): the shares sum to the amount, none is
 * further than one unit from its exact part, and equal weights differ by one unit at the most. What is left over after
 * rounding towards zero goes to the largest remainders, of equal ones to the first.
 *
 * @param weights Whole numbers from 0 on, not all of them 0.
 * @throws RangeError for other weights.
 */
export function splitAmount(amount: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total <= 0n || weights.some((weight) => weight < 0n)) {
    throw new RangeError('Weights must be whole numbers from 0 on, and not all of them 0.');
  }
  const size = amount < 0n ? -amount : amount;
  const shares = weights.map((weight) => (size * weight) / total);
  const remainders = weights.map((weight, index) => ({ index, remainder: (size * weight) % total }));
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  const left = size - shares.reduce((sum, share) => sum + share, 0n);
  for (const { index } of remainders.slice(0, Number(left))) shares[index] = (shares[index] ?? 0n) + 1n;
  return amount < 0n ? shares.map((share) => -share) : shares;
}
