// Which sums are kept. Every further dimension multiplies the rows of a cube, up to one for each click; so the fine one
// knows few dimensions, and the one that knows all of them is coarse. The coarse one of few dimensions has a hundredth of
// the fine one's rows, for the most frequent question.

/** A quarter of an hour: the offsets of all time zones in use are whole numbers of it. */
export const QUARTER_MS = 900_000;
export const DAY_MS = 86_400_000;

export type Grain = 'quarter' | 'day' | 'traits';

/** What tells visitors apart, as far as reports group by it. */
export const TRAITS = ['country', 'device', 'os', 'browser'] as const;
export type Trait = (typeof TRAITS)[number];

/** Sums of one kind. */
export interface Cube {
  readonly grain: Grain;
  /** Length of a bucket in milliseconds; buckets begin at whole multiples of it since the epoch. */
  readonly span: number;
  /** Whether it knows of country, device, operating system and browser. */
  readonly traits: boolean;
}

export const CUBES: Readonly<Record<Grain, Cube>> = {
  /** For every time zone. */
  quarter: { grain: 'quarter', span: QUARTER_MS, traits: false },
  /** UTC days. */
  day: { grain: 'day', span: DAY_MS, traits: false },
  /** UTC days, for all that tells visitors apart. */
  traits: { grain: 'traits', span: DAY_MS, traits: true },
};

export const ALL_CUBES: readonly Cube[] = Object.values(CUBES);

/** Where the bucket begins that a time lies in. */
export function bucketOf(time: number, { span }: Cube): number {
  return Math.floor(time / span) * span;
}
