import { CLICK_MACROS, CONVERSION_MACROS } from './macros.js';
import { nearest } from './nearest.js';
import type { TemplateFinding } from './template-finding.js';

/** How a system writes a macro: `{x}`, `#x#`, `##x##`, `[x]`, `${x}`, `$x$`, `__x__`. */
export type MacroGrammar = 'braces' | 'hash' | 'double-hash' | 'brackets' | 'dollar-braces' | 'dollars' | 'underscores';

/** How a system writes macros in its templates, and what they mean. */
export interface MacroDialect {
  /** Whose it is, for messages: `Everflow`. */
  readonly title: string;
  readonly grammar: MacroGrammar;
  /** Their name, case-sensitive, to ours without braces: `{ transaction_id: 'clickid' }`. */
  readonly names: Readonly<Record<string, string>>;
  /** Those of `names` that no documentation confirms; a template that uses one gets a warning. Default: none. */
  readonly unverified?: readonly string[];
}

/** A template rewritten with our macros, with what there is to say about it. */
export interface TranslatedTemplate {
  /** The template with our macros. What has no counterpart stands there as it was, with an error among the findings. */
  readonly template: string;
  /** Places are those of the source. */
  readonly findings: readonly TemplateFinding[];
}

/** A translation as lint needs it. */
export interface Translation extends TranslatedTemplate {
  /** The template with neutral text where a macro has no counterpart, so that lint does not report it again. */
  readonly lintable: string;
  /** A finding about `lintable` with the place and the suggestion of the source. */
  inSource(finding: TemplateFinding): TemplateFinding;
}

const grammars: Readonly<
  Record<MacroGrammar, { readonly pattern: RegExp; readonly open: string; readonly close: string }>
> = {
  braces: { pattern: /\{([^{}]*)\}/g, open: '{', close: '}' },
  hash: { pattern: /(?<!#)#([A-Za-z_][\w.-]*)#(?!#)/g, open: '#', close: '#' },
  'double-hash': { pattern: /##([A-Za-z_][\w.-]*)##/g, open: '##', close: '##' },
  brackets: { pattern: /\[([A-Za-z_][\w.-]*)\]/g, open: '[', close: ']' },
  'dollar-braces': { pattern: /\$\{([\w.-]+)\}/g, open: '${', close: '}' },
  dollars: { pattern: /\$([A-Za-z_]\w*)\$/g, open: '$', close: '$' },
  underscores: { pattern: /__([A-Za-z]\w*?)__/g, open: '__', close: '__' },
};

const ourMacros: ReadonlySet<string> = new Set([...CLICK_MACROS, ...CONVERSION_MACROS]);

/**
 * Rewrites a template from another system's dialect into ours: `https://p.example/?id=#s1#&sum=#price#` of CAKE becomes
 * `https://p.example/?id={sub1}&sum={payout}`. An unknown macro is an error, since it would be sent literally; a macro that
 * we spell the same and mean otherwise (Everflow's `{transaction_id}` is the click id) is a `false_friend` warning, one that
 * no documentation confirms an `unverified_macro` warning. Never throws.
 *
 * @param network a network, or anything else that has a dialect
 */
export function translateTemplate(source: string, network: { readonly macros: MacroDialect }): TranslatedTemplate {
  const { template, findings } = translate(source, network.macros);
  return { template, findings };
}

/** A piece of a source and what became of it. */
interface Piece {
  readonly text: string;
  readonly lintText: string;
  readonly index: number;
  readonly length: number;
  readonly literal: boolean;
}

/** Takes a source apart, for {@link translateTemplate} and for lint. */
export function translate(source: string, dialect: MacroDialect): Translation {
  const grammar = grammars[dialect.grammar];
  const pieces: Piece[] = [];
  const findings: TemplateFinding[] = [];
  let end = 0;
  const literal = (from: number, to: number) => {
    const text = source.slice(from, to);
    if (text === '') return;
    const lintText = dialect.grammar === 'braces' ? text : withoutBraces(text, from, dialect, findings);
    pieces.push({ text, lintText, index: from, length: text.length, literal: true });
  };
  for (const match of source.matchAll(grammar.pattern)) {
    literal(end, match.index);
    const [whole, name = ''] = match;
    const place = { index: match.index, length: whole.length };
    const ours = Object.hasOwn(dialect.names, name) ? dialect.names[name] : undefined;
    findings.push(...findingsOf(whole, name, ours, dialect).map((finding) => ({ ...finding, ...place })));
    const text = ours === undefined ? whole : `{${ours}}`;
    pieces.push({ text, lintText: ours === undefined ? 'x' : text, literal: false, ...place });
    end = match.index + whole.length;
  }
  literal(end, source.length);
  return {
    template: pieces.map(({ text }) => text).join(''),
    lintable: pieces.map(({ lintText }) => lintText).join(''),
    findings: findings.sort((a, b) => a.index - b.index),
    inSource: (finding) => placed(finding, pieces, source.length, dialect),
  };
}

type Remark = Omit<TemplateFinding, 'index' | 'length'>;

function findingsOf(whole: string, name: string, ours: string | undefined, dialect: MacroDialect): Remark[] {
  if (ours === undefined) {
    const meant = nearest(name, Object.keys(dialect.names));
    const suggestion = meant === undefined ? undefined : written(meant, dialect);
    const hint = suggestion === undefined ? 'nothing of ours is known to mean it' : `did you mean ${suggestion}?`;
    const message = `unknown ${dialect.title} macro "${whole}"; ${hint}`;
    const remark = { severity: 'error', code: 'unknown_macro', message } as const;
    return [suggestion === undefined ? remark : { ...remark, suggestion }];
  }
  const remarks: Remark[] = [];
  if (ourMacros.has(name) && name !== ours) {
    const message = `${dialect.title}'s "${whole}" is our {${ours}}; our {${name}} means something else`;
    remarks.push({ severity: 'warning', code: 'false_friend', message, suggestion: `{${ours}}` });
  }
  if (dialect.unverified?.includes(name)) {
    const message = `no public documentation of ${dialect.title} confirms "${whole}"; taken for our {${ours}}`;
    remarks.push({ severity: 'warning', code: 'unverified_macro', message, suggestion: `{${ours}}` });
  }
  return remarks;
}

/** Braces are literal text in every other grammar; untouched they would turn into macros of ours. */
function withoutBraces(text: string, offset: number, dialect: MacroDialect, findings: TemplateFinding[]): string {
  return text.replaceAll(/\{[^{}]*\}|[{}]/g, (braces, index: number) => {
    const theirs = theirName(braces.slice(1, -1), dialect);
    const hint = theirs === undefined ? 'it would be sent literally' : `write ${theirs}`;
    findings.push({
      severity: 'error',
      code: 'foreign_dialect',
      message: `"${braces}" is not how ${dialect.title} writes a macro; ${hint}`,
      index: offset + index,
      length: braces.length,
      ...(theirs === undefined ? {} : { suggestion: theirs }),
    });
    return 'x'.repeat(braces.length);
  });
}

function placed(
  finding: TemplateFinding,
  pieces: readonly Piece[],
  sourceLength: number,
  dialect: MacroDialect,
): TemplateFinding {
  const at = (position: number, toEnd: boolean): number => {
    let start = 0;
    for (const { lintText, index, length, literal } of pieces) {
      const inside = position - start;
      if (toEnd ? inside <= lintText.length : inside < lintText.length) {
        if (literal) return index + inside;
        return toEnd ? index + length : index;
      }
      start += lintText.length;
    }
    return sourceLength;
  };
  const index = at(finding.index, false);
  const length = finding.length === 0 ? 0 : at(finding.index + finding.length, true) - index;
  const { suggestion, message: ours, ...rest } = finding;
  const message = inDialect(ours, dialect);
  const theirs = theirName(suggestion?.slice(1, -1) ?? '', dialect);
  return { ...rest, message, index, length, ...(theirs === undefined ? {} : { suggestion: theirs }) };
}

/** What a finding says, in the macros of the template it is about; what the dialect cannot say is no advice. */
function inDialect(message: string, dialect: MacroDialect): string {
  return message
    .replaceAll(/ or \{(\w+)\}/g, (whole, name: string) => (theirName(name, dialect) === undefined ? '' : whole))
    .replaceAll(/\{(\w+)\}/g, (whole, name: string) => theirName(name, dialect) ?? whole);
}

/** One of our macros as the dialect writes it. */
function theirName(ours: string, dialect: MacroDialect): string | undefined {
  const entry = Object.entries(dialect.names).find(([, value]) => value === ours);
  return entry && written(entry[0], dialect);
}

function written(name: string, { grammar }: MacroDialect): string {
  return `${grammars[grammar].open}${name}${grammars[grammar].close}`;
}
