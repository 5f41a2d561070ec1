import { percentEncode } from './percent-encoding.js';
import { TemplateError, type TemplateFinding } from './template-finding.js';
import {
  type BodyTemplateOptions,
  checkBodyTemplate,
  checkUrlTemplate,
  type UrlTemplateOptions,
} from './template-lint.js';
import type { Token } from './template-scan.js';
import { type Codec, type Segment, type Template, templateOf } from './template-segments.js';

const percentPattern = '[A-Za-z0-9._~%-]*';

const query: Codec = { encode: percentEncode, decode: decodeURIComponent, pattern: percentPattern };

// URL parsers take "." and ".." as directory steps, even percent-encoded: such a value would lead to another path.
const path: Codec = {
  ...query,
  encode: (value) => (value === '.' || value === '..' ? '' : percentEncode(value)),
};

const jsonString: Codec = {
  encode: (value) => JSON.stringify(value).slice(1, -1),
  decode: (text) => JSON.parse(`"${text}"`) as string,
  pattern: String.raw`(?:[^"\\]|\\.)*`,
};

const unsafeInUrl = /[^\x21-\x7e]|["<>\\^`|]/gu;

/**
 * Compiles a URL template: `https://shop.example/land?clickid={clickid}&s={sub1}`. Values are percent-encoded to RFC 3986
 * unreserved characters, so that none can leave its place; macros in scheme, user info, host or port are refused (a
 * visitor could choose where the redirect leads). Literal text that no URL may hold is percent-encoded.
 *
 * @throws TemplateError with all findings, when one of them is an error
 */
export function compileUrlTemplate(source: string, options: UrlTemplateOptions): Template {
  const { tokens, originEnd, origin, findings } = checkUrlTemplate(source, options);
  refuseErrors(findings);
  const pathEnd = endOfPath(tokens, originEnd);
  const segments = tokens.map((token): Segment => {
    if (token.kind === 'macro') return { macro: token.name, codec: token.index < pathEnd ? path : query };
    const originPart = Math.max(0, originEnd - token.index);
    return (originPart > 0 ? origin : '') + token.text.slice(originPart).replaceAll(unsafeInUrl, percentEncode);
  });
  return templateOf(source, segments);
}

/**
 * Compiles the template of a request body. `json`: macros stand inside string literals, values are escaped as JSON strings.
 * `form`: values are percent-encoded.
 *
 * @throws TemplateError with all findings, when one of them is an error
 */
export function compileBodyTemplate(source: string, options: BodyTemplateOptions): Template {
  const { tokens, findings } = checkBodyTemplate(source, options);
  refuseErrors(findings);
  const codec = options.format === 'json' ? jsonString : query;
  return templateOf(
    source,
    tokens.map((token) => (token.kind === 'macro' ? { macro: token.name, codec } : token.text)),
  );
}

/** Where the path of a URL template ends: at the first `?` or `#` that is literal text after the origin. */
function endOfPath(tokens: readonly Token[], originEnd: number): number {
  for (const token of tokens) {
    if (token.kind === 'macro') continue;
    const skipped = Math.max(0, originEnd - token.index);
    const end = token.text.slice(skipped).search(/[?#]/);
    if (end >= 0) return token.index + skipped + end;
  }
  return Number.POSITIVE_INFINITY;
}

function refuseErrors(findings: readonly TemplateFinding[]): void {
  if (findings.some(({ severity }) => severity === 'error')) throw new TemplateError(findings);
}
