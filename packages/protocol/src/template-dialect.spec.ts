import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CLICK_MACROS, CONVERSION_MACROS } from './macros.js';
import { cake, everflow, keitaro, networks, tune, voluum } from './networks.js';
import { compileUrlTemplate } from './template.js';
import { type MacroDialect, type MacroGrammar, translateTemplate } from './template-dialect.js';
import { lintUrlTemplate } from './template-lint.js';

const macros = [...CLICK_MACROS, ...CONVERSION_MACROS];
const codes = (source: string, dialect: MacroDialect, options: object = {}) =>
  lintUrlTemplate(source, { macros, dialect, ...options }).map(({ code, index, length, suggestion }) => [
    code,
    index,
    length,
    suggestion,
  ]);

describe('a template in a dialect', () => {
  it.each<[MacroGrammar, string]>([
    ['braces', '{Id}'],
    ['hash', '#Id#'],
    ['double-hash', '##Id##'],
    ['brackets', '[Id]'],
    ['dollar-braces', `${'$'}{Id}`],
    ['dollars', '$Id$'],
    ['underscores', '__Id__'],
  ])('with %s is translated', (grammar, written) => {
    const dialect = { title: 'X', grammar, names: { Id: 'clickid' } };
    expect(translateTemplate(`https://h.example/?a=${written}&b=1`, { macros: dialect })).toEqual({
      template: 'https://h.example/?a={clickid}&b=1',
      findings: [],
    });
    const template = compileUrlTemplate(`https://h.example/?a=${written}&b=1`, { macros, dialect });
    expect(template.render(() => 'x y')).toBe('https://h.example/?a=x%20y&b=1');
  });

  it('compiles to a template that knows our macros', () => {
    const template = compileUrlTemplate('https://p.example/#s1#?sum=#price#', { macros, dialect: cake.macros });
    expect(template.macros).toEqual(['sub1', 'payout']);
    expect(template.render((macro) => `<${macro}>`)).toBe('https://p.example/%3Csub1%3E?sum=%3Cpayout%3E');
  });

  it('is warned of where a name of ours means something else', () => {
    for (const network of [everflow, tune]) {
      expect(codes('https://p.example/?id={transaction_id}', network.macros)).toEqual([
        ['false_friend', 22, 16, '{clickid}'],
      ]);
    }
    const [finding] = lintUrlTemplate('https://p.example/?id={transaction_id}', { macros, dialect: everflow.macros });
    expect(finding?.severity).toBe('warning');
    expect(finding?.message).toBe(
      'Everflow\'s "{transaction_id}" is our {clickid}; our {transaction_id} means something else',
    );
  });

  it('has findings at the characters of its own source, with suggestions in its own dialect', () => {
    expect(codes('https://p.example/?a=#s1#&b=#reqidd#&c=[click_id]', cake.macros)).toEqual([
      ['unknown_macro', 28, 8, '#reqid#'],
      ['foreign_dialect', 39, 10, '#reqid#'],
    ]);
    expect(codes('https://p.example/?a=#s1#', cake.macros, { requireClickId: true })).toEqual([
      ['missing_click_id', 25, 0, '#reqid#'],
    ]);
    expect(codes('https://p.example/?a={var1}&b={', voluum.macros)).toEqual([['unclosed_macro', 30, 1, undefined]]);
  });

  it('may not choose the host, although its delimiter would end one', () => {
    expect(codes('https://a.#s1#.example/', cake.macros)).toEqual([['macro_in_origin', 10, 4, undefined]]);
    expect(codes('#s1#', cake.macros).map(([code]) => code)).toContain('macro_in_origin');
  });

  it('is told what to write in its own macros throughout', () => {
    const options = { macros, dialect: everflow.macros, requireClickId: true };
    const messages = lintUrlTemplate('https://p.example/?id=#reqid#', options).map(({ message }) => message);
    expect(messages).toEqual([
      '"#reqid#" looks like a macro of another dialect; write {transaction_id}',
      'no click-id macro: without {transaction_id} the receiver cannot tell which click this is about',
    ]);
  });

  it('is refused where a value does not exist, although the dialect knows the name', () => {
    const findings = lintUrlTemplate('https://p.example/?a=#price#', { macros: CLICK_MACROS, dialect: cake.macros });
    expect(findings).toMatchObject([{ severity: 'error', code: 'unknown_macro', index: 21, length: 7 }]);
  });

  it('with an argument or mapping that we do not have is refused, not sent literally', () => {
    expect(codes('https://p.example/?a={clickid:hash}', voluum.macros)[0]?.[0]).toBe('unknown_macro');
    expect(codes('https://p.example/?a={status: lead=reg sale=dep}', keitaro.macros)[0]?.[0]).toBe('unknown_macro');
  });
});

describe('dialects of networks', () => {
  it.each(networks.map((network) => [network.name, network] as const))('%s names macros of ours only', (_, network) => {
    const { names, unverified = [] } = network.macros;
    expect(Object.values(names).filter((ours) => !macros.includes(ours))).toEqual([]);
    expect(unverified.filter((name) => !Object.hasOwn(names, name))).toEqual([]);
  });
});

describe('translation properties', () => {
  const dialects: MacroDialect[] = networks.map((network) => network.macros);
  const piece = fc.constantFrom(
    'https://',
    'h.example',
    '/',
    '?',
    '{',
    '}',
    '#',
    's1',
    '{clickid}',
    '#reqid#',
    '$',
    'é',
  );

  it('no source makes it throw, and every finding lies inside the source', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((parts) => parts.join('')),
        ),
        fc.constantFrom(...dialects),
        (source, dialect) => {
          for (const { index, length } of lintUrlTemplate(source, { macros, dialect })) {
            expect(index).toBeGreaterThanOrEqual(0);
            expect(length).toBeGreaterThanOrEqual(0);
            expect(index + length).toBeLessThanOrEqual(source.length);
          }
        },
      ),
    );
  });

  it('a source without errors translates to a template of ours that renders the same', () => {
    const known = Object.keys(cake.macros.names);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...known), { maxLength: 5 }), fc.string(), (names, value) => {
        const source = `https://p.example/?${names.map((name, index) => `p${index}=#${name}#`).join('&')}`;
        const { template, findings } = translateTemplate(source, cake);
        expect(findings).toEqual([]);
        const ours = compileUrlTemplate(template, { macros });
        const theirs = compileUrlTemplate(source, { macros, dialect: cake.macros });
        expect(theirs.render((macro) => macro + value)).toBe(ours.render((macro) => macro + value));
        expect(theirs.source).toBe(source);
      }),
    );
  });
});
