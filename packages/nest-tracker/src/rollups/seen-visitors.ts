/** Visitors that one generation takes; there are two. */
const GENERATION = 50_000;

/** Remembers who is known to have been here, the most recent ones; forgetting somebody costs a look into the database. */
export class SeenVisitors {
  private young = new Set<string>();
  private old = new Set<string>();

  has(key: string): boolean {
    if (this.young.has(key)) return true;
    if (!this.old.has(key)) return false;
    this.add(key);
    return true;
  }

  add(key: string): void {
    if (this.young.size >= GENERATION) {
      this.old = this.young;
      this.young = new Set();
    }
    this.young.add(key);
  }
}
