type Labels = Readonly<Record<string, string>>;

/** A number for each combination of labels, whose names are always the same ones. */
export class Counts {
  private readonly values = new Map<string, { readonly labels: Labels; amount: number }>();

  add(labels: Labels, amount = 1): void {
    // Written out only when somebody reads: there is one of these for every click.
    const key = Object.values(labels).join('\0');
    const known = this.values.get(key);
    if (known) known.amount += amount;
    else this.values.set(key, { labels, amount });
  }

  /** The samples, without `# HELP` and `# TYPE`. */
  lines(name: string): string[] {
    return [...this.values.values()].map(({ labels, amount }) => `${name}${labelsOf(labels)} ${amount}`);
  }
}

function labelsOf(labels: Labels): string {
  const escaped = (value: string) => value.replaceAll(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`;
}
