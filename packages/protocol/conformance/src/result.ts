/** What became of one case. */
export interface CaseResult {
  readonly name: string;
  readonly says: string;
  readonly result: 'pass' | 'fail' | 'skip';
  /** What was wrong, one line each; of a skipped case what is missing. */
  readonly faults: readonly string[];
  /** Milliseconds that it took. */
  readonly ms: number;
}

/** How many cases ended how. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function summaryOf(results: readonly CaseResult[]): Summary {
  const count = (result: CaseResult['result']) => results.filter((one) => one.result === result).length;
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') };
}
