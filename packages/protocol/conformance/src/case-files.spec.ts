import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { choose, type NamedCase, readCases } from './case-files.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe.each(['receiver', 'sender'] as const)('the cases for a %s', (kit) => {
  const cases = readCases<NamedCase>(kit);

  it('have names of their own and say what a right implementation does', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.filter(({ name }) => !/^[a-z-]+\.[a-z0-9-]+$/.test(name))).toEqual([]);
    expect(cases.filter(({ says }) => says.length < 12 || says.endsWith('.'))).toEqual([]);
  });

  it('are counted in the README', () => {
    const groups = new Map<string, number>();
    for (const { name } of cases) {
      const [group = ''] = name.split('.');
      groups.set(group, (groups.get(group) ?? 0) + 1);
    }
    expect([...groups].filter(([group, count]) => !README.includes(`| \`${group}\` | ${count} |`))).toEqual([]);
  });

  it('can be chosen by name and by group', () => {
    const [{ name }] = cases as [NamedCase];
    const group = name.split('.')[0] as string;
    expect(choose(cases, [])).toEqual({ chosen: cases });
    expect(choose(cases, [name])).toEqual({ chosen: [cases[0]] });
    expect(choose(cases, [group])).toEqual({ chosen: cases.filter((one) => one.name.startsWith(`${group}.`)) });
    expect(choose(cases, [name, 'nothing'])).toEqual({ unknown: 'nothing' });
    // A group is a whole word.
    expect(choose(cases, [group.slice(0, -1)])).toEqual({ unknown: group.slice(0, -1) });
  });
});
