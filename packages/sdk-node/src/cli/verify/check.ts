/** What a check of a captured request found. */
export interface CheckResult {
  readonly genuine: boolean;
  /** Of the closed list, when a receiver would refuse it. */
  readonly reason?: string;
  readonly detail: string;
  readonly field?: string;
  readonly id?: string;
  /** Unix seconds. */
  readonly timestamp?: number;
  /** What was signed, as far as it is text. */
  readonly base?: string;
  /** The signatures that came and those that belong there. */
  readonly received?: string;
  readonly expected?: string;
  /** What differs between the request and what was signed, as far as it can be told. */
  readonly explanations: readonly string[];
}
