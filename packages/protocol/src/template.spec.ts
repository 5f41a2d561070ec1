import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import vectors from '../vectors/template.json' with { type: 'json' };
import { looksLikeMacro } from './looks-like-macro.js';
import { CLICK_MACROS, CONVERSION_MACROS } from './macros.js';
import { compileBodyTemplate, compileUrlTemplate } from './template.js';
import { TemplateError } from './template-finding.js';
import { lintUrlTemplate } from './template-lint.js';

type Options = { macros: string; allowQueryMacros?: boolean; requireClickId?: boolean; allowHttp?: boolean };
const macros = [...CLICK_MACROS, ...CONVERSION_MACROS];
const optionsOf = (options: Options) => ({ ...options, macros: options.macros === 'click' ? CLICK_MACROS : macros });

const findingsOf = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    if (error instanceof TemplateError) return error.findings.map(({ message, ...finding }) => finding);
    throw error;
  }
  return [];
};

describe('template vectors', () => {
  it('know the same macros', () => {
    expect(CLICK_MACROS).toEqual(vectors.macros.click);
    expect(macros).toEqual(vectors.macros.conversion);
  });

  it.each(vectors.render)('render: $description', ({ source, options, values, rendered }) => {
    const lookup = values as Record<string, string | undefined>;
    const template = compileUrlTemplate(source, optionsOf(options));
    expect(template.render((name) => lookup[name])).toBe(rendered);
  });

  it.each(vectors.lint)('lint: $description: $source', ({ source, options, findings }) => {
    expect(lintUrlTemplate(source, optionsOf(options)).map(({ message, ...finding }) => finding)).toEqual(findings);
    const refused = findings.some(({ severity }) => severity === 'error');
    expect(findingsOf(() => compileUrlTemplate(source, optionsOf(options)))).toEqual(refused ? findings : []);
  });

  it.each(vectors.looksLikeMacro)('"$value" is $description', ({ value, result }) => {
    expect(looksLikeMacro(value)).toBe(result);
  });
});

describe('template properties', () => {
  const value = fc.string({ unit: 'grapheme', maxLength: 20 });
  // Between two macros stands a character that no encoded value holds, so that there is only one way to read it back.
  const literal = fc.stringMatching(/^[&/;=,][a-z0-9&/;=,]{0,8}$/);
  const macro = fc.constantFrom(...CLICK_MACROS, 'query.utm_source', 'query.a.b');
  const pieces = fc.array(fc.tuple(literal, macro), { minLength: 1, maxLength: 8 });
  const values = fc.dictionary(macro, value);
  const options = { macros: CLICK_MACROS, allowQueryMacros: true };

  it('what was rendered gives its values back', () => {
    fc.assert(
      fc.property(pieces, values, (parts, given) => {
        const source = `https://shop.example/?${parts.map(([text, name]) => `${text}{${name}}`).join('')}`;
        const template = compileUrlTemplate(source, options);
        const expected = Object.fromEntries(template.macros.map((name) => [name, given[name] ?? '']));
        expect(template.parse(template.render((name) => given[name]))).toEqual(expected);
      }),
    );
  });

  it('whatever the values are, the URL keeps its origin, its path and the number of its parameters', () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        const template = compileUrlTemplate('https://shop.example/x/{sub1}?a={sub2}&b=1#{sub3}', options);
        const given: Record<string, string> = { sub1: a, sub2: b, sub3: c };
        const url = new URL(template.render((name) => given[name]));
        expect(url.origin).toBe('https://shop.example');
        expect(url.pathname.split('/')).toHaveLength(3);
        expect([...url.searchParams]).toEqual([
          ['a', b],
          ['b', '1'],
        ]);
        expect(decodeURIComponent(url.hash.slice(1))).toBe(c);
      }),
    );
  });

  it('a rendered URL is plain ASCII that needs no more encoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const template = compileUrlTemplate('https://shop.example/é {sub1}?ü={sub1}', options);
        const rendered = template.render(() => text);
        expect(rendered).toMatch(/^[\x21-\x7e]*$/);
        expect(new URL(rendered).href).toBe(rendered);
      }),
    );
  });

  it('no source makes lint throw, and compile throws for errors only', () => {
    const source = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('https://', 'h.example', '/', '?', '{', '}', 'clickid', '$', '[', ']', '#', '__', '%7B'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(source, (text) => {
        const refused = lintUrlTemplate(text, options).some(({ severity }) => severity === 'error');
        expect(findingsOf(() => compileUrlTemplate(text, options)).length > 0).toBe(refused);
      }),
    );
  });

  it('a JSON body stays JSON and gives its values back', () => {
    const template = compileBodyTemplate('{"id": "{clickid}", "list": ["a {sub1}", 1], "{sub2}": {}}', {
      macros: CLICK_MACROS,
      format: 'json',
    });
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        const given: Record<string, string> = { clickid: a, sub1: b, sub2: c };
        const rendered = template.render((name) => given[name]);
        expect(JSON.parse(rendered)).toMatchObject({ id: a, list: [`a ${b}`, 1] });
        expect(template.parse(rendered)).toEqual({ clickid: a, sub1: b, sub2: c });
      }),
    );
  });

  it('a form body keeps its fields and gives its values back', () => {
    const template = compileBodyTemplate('id={clickid}&a={sub1}', { macros: CLICK_MACROS, format: 'form' });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const rendered = template.render((name) => (name === 'clickid' ? a : b));
        expect([...new URLSearchParams(rendered)]).toEqual([
          ['id', a],
          ['a', b],
        ]);
        expect(template.parse(rendered)).toEqual({ clickid: a, sub1: b });
      }),
    );
  });
});

describe('a template', () => {
  const source = 'https://shop.example/?a={sub1}&b={clickid}&c={sub1}';
  const template = compileUrlTemplate(source, { macros: CLICK_MACROS });

  it('tells its source and its macros, each once', () => {
    expect(template.source).toBe(source);
    expect(template.macros).toEqual(['sub1', 'clickid']);
    expect(template.has('clickid')).toBe(true);
    expect(template.has('sub2')).toBe(false);
  });

  it.each([
    ['another host', 'https://other.example/?a=1&b=2&c=1'],
    ['something missing', 'https://shop.example/?a=1&b=2'],
    ['something behind', 'https://shop.example/?a=1&b=2&c=1#x'],
    ['one macro with two values', 'https://shop.example/?a=1&b=2&c=3'],
    ['a broken escape', 'https://shop.example/?a=%zz&b=2&c=%zz'],
  ])('does not read a URL with %s', (_, rendered) => {
    expect(template.parse(rendered)).toBeUndefined();
  });
});

describe('body templates', () => {
  const json = { macros: CLICK_MACROS, format: 'json' as const };

  it('want macros inside of JSON strings', () => {
    expect(findingsOf(() => compileBodyTemplate('{"id": {clickid}}', json))).toEqual([
      { severity: 'error', code: 'macro_outside_string', index: 7, length: 9, suggestion: '"{clickid}"' },
    ]);
  });

  it('want JSON', () => {
    expect(findingsOf(() => compileBodyTemplate('{"id": "{clickid}"', json))).toEqual([
      { severity: 'error', code: 'invalid_json', index: 0, length: 18 },
    ]);
  });

  it('want known macros, and take braces and brackets of JSON for what they are', () => {
    expect(findingsOf(() => compileBodyTemplate('{"a": [true, [null]], "b": {}, "id": "{cid}"}', json))).toEqual([
      { severity: 'error', code: 'unknown_macro', index: 38, length: 5, suggestion: '{clickid}' },
    ]);
    expect(findingsOf(() => compileBodyTemplate('id={cid}', { ...json, format: 'form' }))).toEqual([
      { severity: 'error', code: 'unknown_macro', index: 3, length: 5, suggestion: '{clickid}' },
    ]);
  });

  it('find their way through escapes', () => {
    const template = compileBodyTemplate('{"a": "\\"{clickid}\\\\", "b": "\\\\"}', json);
    expect(JSON.parse(template.render(() => '"'))).toEqual({ a: '""\\', b: '\\' });
  });
});

it('a lone surrogate, which has no UTF-8 form, is rendered as the replacement character', () => {
  const template = compileUrlTemplate('https://h.example/?a={sub1}', { macros: CLICK_MACROS });
  expect(template.render(() => 'a\ud800b')).toBe('https://h.example/?a=a%EF%BF%BDb');
});

it('a template error names every error with its place', () => {
  const compile = () => compileUrlTemplate('https://h.example/?a={cid}&b={sub1', { macros: CLICK_MACROS });
  expect(compile).toThrow(/^at character 21: unknown macro \{cid\}; did you mean \{clickid\}\?; at character 29: /);
});
