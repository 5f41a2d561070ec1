/** A prepared piece of a template: literal text, or a macro with the way its values are written and read at that place. */
export type Segment = string | MacroSegment;

/** A macro at one place of a template. */
export interface MacroSegment {
  readonly macro: string;
  readonly codec: Codec;
}

/** How a value stands at a place of a template. */
export interface Codec {
  readonly encode: (value: string) => string;
  /** Throws when the text cannot come from `encode`. */
  readonly decode: (text: string) => string;
  /** Source of a regular expression for everything `encode` can give. */
  readonly pattern: string;
}

/** A template, parsed once. */
export interface Template {
  readonly source: string;
  /** The macros it uses, each once, in order of appearance. */
  readonly macros: readonly string[];
  /** Whether it uses a macro. */
  has(macro: string): boolean;
  /** Fills in the values, encoded for where they stand; a missing value leaves its place empty. */
  render(value: (macro: string) => string | undefined): string;
  /**
   * The inverse of `render`: reads the values back. `undefined` when the text cannot come from this template. Where two macros
   * touch, or a value holds the literal text between them, more than one reading is possible and the first gets the most.
   */
  parse(rendered: string): Record<string, string> | undefined;
}

/** Makes a template of its segments. */
export function templateOf(source: string, segments: readonly Segment[]): Template {
  const macros = [...new Set(segments.flatMap((segment) => (typeof segment === 'string' ? [] : [segment.macro])))];
  let matcher: RegExp | undefined;
  return {
    source,
    macros,
    has: (macro) => macros.includes(macro),
    render(value) {
      let text = '';
      for (const segment of segments) {
        if (typeof segment === 'string') {
          text += segment;
        } else {
          const filled = value(segment.macro);
          if (filled !== undefined) text += segment.codec.encode(filled);
        }
      }
      return text;
    },
    parse(rendered) {
      matcher ??= new RegExp(`^${segments.map(patternOf).join('')}$`);
      const match = matcher.exec(rendered);
      return match ? valuesOf(segments, match) : undefined;
    },
  };
}

function patternOf(segment: Segment): string {
  if (typeof segment === 'string') return segment.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return `(${segment.codec.pattern})`;
}

function valuesOf(segments: readonly Segment[], match: RegExpExecArray): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  let group = 1;
  for (const segment of segments) {
    if (typeof segment === 'string') continue;
    let value: string;
    try {
      value = segment.codec.decode(match[group++] ?? '');
    } catch {
      return undefined;
    }
    if (Object.hasOwn(values, segment.macro) && values[segment.macro] !== value) return undefined;
    values[segment.macro] = value;
  }
  return values;
}
