/** @internal What to write instead of an option that does not exist: the one that was probably meant, else all there are. */
export function instead(name: string, known: readonly string[]): string {
  const near = nearestOption(name, known);
  return near === undefined ? `known are ${known.join(', ')}` : `did you mean \`${near}\`?`;
}

/** @internal The option that was probably meant. */
export function nearestOption(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  return (
    known.find((one) => one.toLowerCase() === lower) ??
    known.find((one) => oneSlip(one.toLowerCase(), lower)) ??
    known.find((one) => isPart(one.toLowerCase(), lower))
  );
}

function isPart(one: string, other: string): boolean {
  if (one.length < 4 || other.length < 4) return false;
  return one.startsWith(other) || other.startsWith(one) || one.endsWith(other);
}

/** Whether one letter more, less, other or swapped with its neighbour makes one of the other. */
function oneSlip(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < Math.min(one.length, other.length) - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const [left, right] = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && left === [...right].reverse().join('');
}
