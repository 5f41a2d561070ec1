import { type CaseResult, summaryOf } from './result.js';

/** Where a command prints. */
export interface Output {
  /** One line of the result. */
  print(line: string): void;
  /** One line about the work, which is no result. */
  remark(line: string): void;
}

const MARKS = { pass: 'ok  ', fail: 'FAIL', skip: 'skip' } as const;

/** The line of one case, and below it what was wrong. */
export function caseLines({ name, says, result, faults }: CaseResult): string {
  return [`${MARKS[result]} ${name}: ${says}`, ...faults.map((fault) => `       ${fault}`)].join('\n');
}

/** The last line. */
export function summaryLine(results: readonly CaseResult[]): string {
  const { passed, failed, skipped } = summaryOf(results);
  return `${results.length} cases: ${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The whole result as one JSON document. */
export function jsonReport(
  kit: 'receiver' | 'sender',
  results: readonly CaseResult[],
  faults: readonly string[] = [],
): string {
  return JSON.stringify({ kit, summary: summaryOf(results), faults, cases: results }, undefined, 2);
}
