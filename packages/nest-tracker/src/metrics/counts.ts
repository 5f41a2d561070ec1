type Labels = Readonly<Record<string, string>>;

/** A number for each combination of labels. */
export class Counts {
  private readonly values = new Map<string, number>();

  add(labels: Labels, amount = 1): void {
    const key = labelsOf(labels);
    this.values.set(key, (this.values.get(key) ?? 0) + amount);
  }

  /** The samples, without `# HELP` and `# TYPE`. */
  lines(name: string): string[] {
    return [...this.values].map(([labels, value]) => `${name}${labels} ${value}`);
  }
}

function labelsOf(labels: Labels): string {
  const escaped = (value: string) => value.replaceAll(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`;
}
