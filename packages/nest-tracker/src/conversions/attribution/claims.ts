/**
 * Which unattributed conversions name which click, so that a committed click is held against them without asking the
 * database. Bounded: what it forgets the next sweep finds.
 */
export class Claims {
  static readonly MOST = 100_000;

  private readonly conversions = new Map<string, string[]>();

  add(clickId: string, conversionId: string): void {
    const known = this.conversions.get(clickId);
    if (known?.includes(conversionId)) return;
    this.conversions.set(clickId, [...(known ?? []), conversionId]);
    const [oldest] = this.conversions.keys();
    if (this.conversions.size > Claims.MOST && oldest !== undefined) this.conversions.delete(oldest);
  }

  /** Ids of the conversions that name a click, once. */
  of(clickId: string): readonly string[] {
    const known = this.conversions.get(clickId);
    if (known) this.conversions.delete(clickId);
    return known ?? [];
  }
}
