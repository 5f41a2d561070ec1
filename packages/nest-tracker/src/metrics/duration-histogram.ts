/** Upper bounds in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** How long something takes, as a Prometheus histogram. */
export class DurationHistogram {
  private readonly buckets = BOUNDS.map(() => 0);
  private sum = 0;
  private count = 0;

  observe(seconds: number): void {
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    if (bucket !== -1) this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.sum += seconds;
    this.count++;
  }

  /** The samples of one histogram, without `# HELP` and `# TYPE`. */
  lines(name: string): string[] {
    let below = 0;
    const buckets = BOUNDS.map((bound, i) => {
      below += this.buckets[i] ?? 0;
      return `${name}_bucket{le="${bound}"} ${below}`;
    });
    return [
      ...buckets,
      `${name}_bucket{le="+Inf"} ${this.count}`,
      `${name}_sum ${this.sum}`,
      `${name}_count ${this.count}`,
    ];
  }
}
