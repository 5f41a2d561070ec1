import { type MacroDialect, translate } from './template-dialect.js';
import type { TemplateFinding } from './template-finding.js';
import { type MacroSet, scan, type Token } from './template-scan.js';

/** What a URL template may hold. */
export interface UrlTemplateOptions {
  /** The macros that have a value where the template is used, e.g. `CLICK_MACROS`. */
  readonly macros: readonly string[];
  /** Whether `{query.NAME}` is allowed, too. Default: false. */
  readonly allowQueryMacros?: boolean;
  /** Whether a template without `{clickid}` or `{external_id}` is refused. Default: false. */
  readonly requireClickId?: boolean;
  /** Whether plain `http:` is allowed. Default: true. */
  readonly allowHttp?: boolean;
  /** The dialect the template is written in, e.g. `everflow.macros`; its macros are taken for ours. Default: our own. */
  readonly dialect?: MacroDialect;
}

/** What a body template may hold. */
export interface BodyTemplateOptions {
  readonly macros: readonly string[];
  readonly format: 'json' | 'form';
  /** Whether `{query.NAME}` is allowed, too. Default: false. */
  readonly allowQueryMacros?: boolean;
}

/** A URL template taken apart. */
export interface CheckedUrl {
  /** Of the source, or of its translation when it is in another dialect. */
  readonly tokens: Token[];
  /** Always of the source. */
  readonly findings: TemplateFinding[];
  /** Where scheme and authority end in the text of the tokens. */
  readonly originEnd: number;
  /** Scheme and authority as they are sent (international names as ASCII). */
  readonly origin: string;
}

const clickIdMacros = ['clickid', 'external_id'];

// A backslash ends the authority, too: WHATWG URL parsers take it for a slash.
const originPattern = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/[^/?#\\]+/;

/** Everything wrong or suspicious in a URL template; empty when there is nothing. Never throws. */
export function lintUrlTemplate(source: string, options: UrlTemplateOptions): TemplateFinding[] {
  return checkUrlTemplate(source, options).findings;
}

/** Takes a URL template apart and checks it. */
export function checkUrlTemplate(source: string, options: UrlTemplateOptions): CheckedUrl {
  if (!options.dialect) return checkOwnUrlTemplate(source, options);
  // Checked as translated: what is host and what is path can only be told once their delimiters (#) are gone.
  const translation = translate(source, options.dialect);
  const checked = checkOwnUrlTemplate(translation.lintable, options);
  const findings = [...translation.findings, ...checked.findings.map((finding) => translation.inSource(finding))];
  return { ...checked, findings: findings.sort((a, b) => a.index - b.index) };
}

function checkOwnUrlTemplate(source: string, options: UrlTemplateOptions): CheckedUrl {
  const findings: TemplateFinding[] = [];
  const tokens = scan(source, 0, macroSet(options), findings);
  const match = originPattern.exec(source);
  const originEnd = match?.[0].length ?? 0;
  checkControls(source, findings);
  const macrosInOrigin = tokens.filter(({ kind, index }) => kind === 'macro' && (index < originEnd || index === 0));
  for (const token of macrosInOrigin) {
    const message = 'no macro may stand in scheme, host or port: a visitor could choose where this URL leads';
    findings.push({ severity: 'error', code: 'macro_in_origin', message, index: token.index, length: lengthOf(token) });
  }
  const origin = macrosInOrigin.length > 0 ? undefined : checkOrigin(source, match, options, findings);
  const hasClickId = tokens.some((token) => token.kind === 'macro' && clickIdMacros.includes(token.name));
  if (options.requireClickId && !hasClickId) {
    const names = clickIdMacros.filter((name) => options.macros.includes(name)).map((name) => `{${name}}`);
    findings.push({
      severity: 'error',
      code: 'missing_click_id',
      message: `no click-id macro: without ${names.join(' or ')} the receiver cannot tell which click this is about`,
      index: source.length,
      length: 0,
      ...(names[0] === undefined ? {} : { suggestion: names[0] }),
    });
  }
  findings.sort((a, b) => a.index - b.index);
  return { tokens, findings, originEnd, origin: origin ?? '' };
}

/** Takes a body template apart and checks it. */
export function checkBodyTemplate(
  source: string,
  options: BodyTemplateOptions,
): { tokens: Token[]; findings: TemplateFinding[] } {
  const findings: TemplateFinding[] = [];
  const set = macroSet(options);
  const tokens = options.format === 'json' ? scanJson(source, set, findings) : scan(source, 0, set, findings);
  findings.sort((a, b) => a.index - b.index);
  return { tokens, findings };
}

/** JSON has braces of its own, so macros are looked for inside string literals only. */
function scanJson(source: string, set: MacroSet, findings: TemplateFinding[]): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  const outside = (from: number, to: number) => {
    const text = source.slice(from, to);
    if (text === '') return;
    tokens.push({ kind: 'literal', text, index: from });
    for (const match of text.matchAll(/\{\s*[A-Za-z_][\w.]*\s*\}/g)) {
      findings.push({
        severity: 'error',
        code: 'macro_outside_string',
        message: 'a macro must stand inside a JSON string: put it in double quotes',
        index: from + match.index,
        length: match[0].length,
        suggestion: `"${match[0]}"`,
      });
    }
  };
  for (const match of source.matchAll(/"((?:[^"\\]|\\.)*)"/gs)) {
    const start = match.index + 1;
    outside(end, start);
    end = start + (match[1] ?? '').length;
    tokens.push(...scan(match[1] ?? '', start, set, findings));
  }
  outside(end, source.length);
  if (!findings.some(({ code }) => code === 'macro_outside_string') && !isJson(source)) {
    const message = 'the template is not JSON; every macro stands inside a string, so it must be';
    findings.push({ severity: 'error', code: 'invalid_json', message, index: 0, length: source.length });
  }
  return tokens;
}

function checkOrigin(
  source: string,
  match: RegExpExecArray | null,
  options: UrlTemplateOptions,
  findings: TemplateFinding[],
): string | undefined {
  const origin = match?.[0] ?? '';
  const add = (code: TemplateFinding['code'], message: string) => {
    findings.push({ severity: 'error', code, message, index: 0, length: origin.length || source.length });
    return undefined;
  };
  const scheme = match?.[1]?.toLowerCase() ?? /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(source)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    return add('scheme_not_allowed', `"${scheme}:" is not allowed; use https:`);
  }
  if (source[origin.length] === '\\' || !URL.canParse(origin))
    return add('not_absolute_url', 'must be an absolute URL such as https://shop.example/land');
  if (scheme === 'http' && options.allowHttp === false) {
    return add(
      'scheme_not_allowed',
      'plain http: sends ids and amounts unprotected; use https: or allow it explicitly',
    );
  }
  const url = new URL(origin);
  if (url.username !== '' || url.password !== '' || origin.includes('@')) {
    return add('credentials_in_url', 'no user name or password may stand in a URL; clients refuse or leak them');
  }
  return url.origin;
}

function checkControls(source: string, findings: TemplateFinding[]): void {
  for (const match of source.matchAll(/\p{Cc}/gu)) {
    const message = 'no line break, tab or other control character may stand in a URL';
    findings.push({ severity: 'error', code: 'control_character', message, index: match.index, length: 1 });
  }
}

function macroSet(options: { macros: readonly string[]; allowQueryMacros?: boolean }): MacroSet {
  return { macros: new Set(options.macros), allowQueryMacros: options.allowQueryMacros === true };
}

function lengthOf(token: Token): number {
  return token.kind === 'macro' ? token.name.length + 2 : token.text.length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
