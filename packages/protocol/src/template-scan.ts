import { equivalentMacro, isKnownMacro, suggestMacro } from './macros.js';
import type { TemplateFinding } from './template-finding.js';

/** A piece of a template source. */
export type Token =
  | { readonly kind: 'literal'; readonly text: string; readonly index: number }
  | { readonly kind: 'macro'; readonly name: string; readonly index: number };

/** The macros a template may use. */
export interface MacroSet {
  readonly macros: ReadonlySet<string>;
  readonly allowQueryMacros: boolean;
}

// Ways of other systems to write a macro that would be sent literally. `[x]` right after a name is how PHP writes arrays.
const foreignPatterns = [
  /##?([A-Za-z_]\w*)##?/g,
  /(?<![\w\]]|%5D)\[([A-Za-z_]\w*)\]/gi,
  /\$([A-Za-z_]\w*)\$/g,
  /%7B([A-Za-z_][\w.]*)%7D/gi,
  /%%([A-Za-z_]\w*)%%/g,
  /(?<!\w)__([A-Za-z]\w*?)__(?!\w)/g,
];

/** Splits text into literals and macros, adding what is wrong with it to `findings`. `offset` is where it stands in the source. */
export function scan(text: string, offset: number, set: MacroSet, findings: TemplateFinding[]): Token[] {
  const tokens: Token[] = [];
  const finding = (code: TemplateFinding['code'], start: number, end: number, message: string, suggestion?: string) => {
    const place = { severity: 'error' as const, code, message, index: offset + start, length: end - start };
    findings.push(suggestion === undefined ? place : { ...place, suggestion });
  };
  let literalStart = 0;
  let position = 0;
  const literalUntil = (end: number) => {
    if (end > literalStart)
      tokens.push({ kind: 'literal', text: text.slice(literalStart, end), index: offset + literalStart });
  };
  while (position < text.length) {
    const character = text[position];
    if (character === '}')
      finding('stray_brace', position, position + 1, 'a "}" without its "{"; write %7D for a brace');
    if (character !== '{') {
      position++;
      continue;
    }
    const foreign = foreignBraces(text, position);
    if (foreign) {
      const ours = suggestMacro(foreign.name, set.macros);
      const hint = ours === undefined ? 'macros are written {name}' : `write {${ours}}`;
      finding(
        'foreign_dialect',
        foreign.start,
        foreign.end,
        `"${foreign.text}" is another dialect; ${hint}`,
        braced(ours),
      );
      position = foreign.end;
      continue;
    }
    const close = text.indexOf('}', position);
    const reopened = text.indexOf('{', position + 1);
    if (close < 0 || (reopened >= 0 && reopened < close)) {
      finding('unclosed_macro', position, position + 1, 'a "{" that is never closed; write %7B for a brace');
      position++;
      continue;
    }
    const name = text.slice(position + 1, close);
    if (isKnownMacro(name, set.macros, set.allowQueryMacros)) {
      literalUntil(position);
      tokens.push({ kind: 'macro', name, index: offset + position });
      literalStart = close + 1;
    } else {
      const ours = suggestMacro(name, set.macros);
      const hint = ours === undefined ? `known are ${[...set.macros].join(', ')}` : `did you mean {${ours}}?`;
      finding('unknown_macro', position, close + 1, `unknown macro {${name}}; ${hint}`, braced(ours));
    }
    position = close + 1;
  }
  literalUntil(text.length);
  findForeign(text, offset, set, findings);
  return tokens;
}

/** `${x}` and `{{x}}`: dialects that contain our braces. */
function foreignBraces(
  text: string,
  open: number,
): { name: string; text: string; start: number; end: number } | undefined {
  const double = /^\{\{\s*([\w.-]*)\s*\}\}/.exec(text.slice(open, open + 100));
  if (double) return { name: double[1] ?? '', text: double[0], start: open, end: open + double[0].length };
  if (text[open - 1] !== '$') return undefined;
  const dollar = /^\{([\w.-]*)\}/.exec(text.slice(open, open + 100));
  if (!dollar) return undefined;
  return { name: dollar[1] ?? '', text: `$${dollar[0]}`, start: open - 1, end: open + dollar[0].length };
}

function findForeign(text: string, offset: number, { macros }: MacroSet, findings: TemplateFinding[]): void {
  for (const pattern of foreignPatterns) {
    for (const match of text.matchAll(pattern)) {
      const ours = equivalentMacro(match[1] ?? '', macros);
      const hint = ours === undefined ? 'if it is one, it would be sent literally' : `write {${ours}}`;
      findings.push({
        // Without an equivalent of ours it may just as well be a literal.
        severity: ours === undefined ? 'warning' : 'error',
        code: 'foreign_dialect',
        message: `"${match[0]}" looks like a macro of another dialect; ${hint}`,
        index: offset + match.index,
        length: match[0].length,
        ...(ours === undefined ? {} : { suggestion: `{${ours}}` }),
      });
    }
  }
}

function braced(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `{${name}}`;
}
