/**
 * The candidate closest to a mistyped name: the same name in another case or with other separators first, else the one
 * with the smallest optimal-string-alignment (restricted Damerau-Levenshtein) distance of at most 2.
 *
 * @returns `undefined` when nothing is close enough to be a likely typing error.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  // Nothing here has a name that long, and the distance costs the product of the lengths.
  if (name.length > 40) return undefined;
  const plain = plainName(name);
  let best: string | undefined;
  // Short names need more agreement: "a" is not a misspelt "id".
  let bestDistance = name.length < 5 ? 1.5 : 2.5;
  for (const candidate of candidates) {
    if (plainName(candidate) === plain) return candidate;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ .]/g, '');
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforePrevious[j - 2] as number) + 1);
      }
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] as number;
}
