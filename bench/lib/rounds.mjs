/**
 * Runs the contenders in turn, round after round (A B C A B C …), so that a machine that slows down slows all of them, and
 * the ratio of a round compares neighbours in time. One round of each goes first and is thrown away.
 *
 * @param {Record<string, () => Promise<number>>} contenders each measures once and answers operations per second
 * @param {number} rounds
 * @param {(done: number, of: number) => void} progress
 * @returns {Promise<Record<string, number[]>>}
 */
export async function interleave(contenders, rounds, progress) {
  const names = Object.keys(contenders);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const value = await contenders[name]();
      if (round > 0) results[name].push(value);
    }
    progress(round, rounds);
  }
  return results;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * One row per baseline: the median of the ratios of neighbouring measurements, and how far they spread.
 *
 * @param {'higher' | 'lower'} better which ratio is the better one
 */
export function rowsOf(name, subject, results, unit, better = 'higher') {
  return Object.keys(results)
    .filter((baseline) => baseline !== subject)
    .map((baseline) => {
      const ratios = results[subject].map((value, i) => value / results[baseline][i]);
      return {
        name,
        baseline,
        ratio: round3(median(ratios)),
        median: Math.round(median(results[subject])),
        baselineMedian: Math.round(median(results[baseline])),
        unit,
        spread: [round3(Math.min(...ratios)), round3(Math.max(...ratios))],
        better,
        ratios: ratios.map(round3),
      };
    });
}

function round3(value) {
  return Math.round(value * 1000) / 1000;
}
