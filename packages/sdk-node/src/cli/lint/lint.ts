import { lintUrlTemplate, type Network, type TemplateFinding, translateTemplate } from '@tallyback/protocol';
import { printable } from '../../printable.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { UsageError } from '../failures.js';
import { readInput } from '../input.js';
import type { Terminal } from '../terminal.js';
import { caretLines } from './caret.js';
import { DIALECTS, dialectOf, readableAs } from './dialects.js';
import { isTemplateUse, TEMPLATE_USES } from './template-uses.js';

/** `tallyback lint` */
export const lint: Command = {
  name: 'lint',
  summary: "Check a URL template, ours or another network's",
  usage: '<template> [--network NAME] [--for partner|landing|sender]',
  about: `Points at every character that is wrong and says what to write instead. With --network the template is read in that
network's dialect and also printed with our macros. Quote the template: the shell has its own use for { } & and $.
"-" reads it from standard input.

Networks: ${DIALECTS.map(({ name }) => name).join(', ')}`,
  options: {
    network: { type: 'string', value: 'NAME', about: 'the dialect it is written in (default: our own macros)' },
    for: {
      type: 'string',
      value: 'USE',
      about: 'partner: a partner postback (default); landing: an offer destination; sender: template() in code',
    },
    'allow-http': { type: 'boolean', about: 'take plain http: in a partner postback' },
    strict: { type: 'boolean', about: 'fail on warnings, too' },
  },
  positionals: { min: 1, max: 1, name: 'template' },
  examples: [
    "tallyback lint 'https://partner.example/pb?id={external_id}&sum={payout}'",
    "tallyback lint --network cake 'https://partner.example/pb?id=#reqid#&sum=#price#'",
    "tallyback lint --for landing --json 'https://shop.example/land?clickid={clickid}'",
  ],
  exits: { ok: 'nothing is wrong (there may be warnings)', failed: 'the template would be refused' },
  async run({ args, json, terminal }) {
    const [given = ''] = args.positionals;
    const use = args.text('for') ?? 'partner';
    if (!isTemplateUse(use)) throw new UsageError(`--for must be one of ${Object.keys(TEMPLATE_USES).join(', ')}`);
    const name = args.text('network');
    const network = name === undefined ? undefined : dialectOf(name);
    const options = { ...TEMPLATE_USES[use], ...(args.flag('allow-http') ? { allowHttp: true } : {}) };
    const template = given === '-' ? (await readInput('-')).toString('utf8').replace(/\r?\n$/, '') : given;
    const findings = lintUrlTemplate(template, network ? { ...options, dialect: network.macros } : options);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const ok = errors === 0 && !(args.flag('strict') && findings.length > 0);
    const ours = network && errors === 0 ? translateTemplate(template, network).template : undefined;
    const others = network || errors === 0 ? [] : readableAs(template, options);
    if (json) {
      const readable = others.length === 0 ? {} : { readableAs: others.map((one) => one.name) };
      terminal.print(JSON.stringify({ ok, template, ...(ours === undefined ? {} : { ours }), findings, ...readable }));
    } else {
      for (const finding of findings) terminal.print(`${shown(finding, template, terminal)}\n`);
      terminal.print(conclusion(findings, errors, terminal));
      if (ours !== undefined) terminal.print(`in our macros: ${printable(ours)}`);
      if (others.length > 0) terminal.print(advice(others));
    }
    return ok ? EXIT.ok : EXIT.failed;
  },
};

function shown(finding: TemplateFinding, source: string, { paint, columns }: Terminal): string {
  const { severity, code, message, index, suggestion } = finding;
  const look = severity === 'error' ? 'red' : 'yellow';
  const [text, carets] = caretLines(source, finding, columns - 4);
  const lines = [
    `${paint(look, severity)} ${code} at character ${index + 1}: ${printable(message)}`,
    `  ${text}`,
    `  ${paint(look, carets)}`,
  ];
  // A warning about a dialect names our macro: to write it there would break the template.
  if (suggestion !== undefined && severity === 'error') lines.push(`  ${paint('green', `write ${suggestion}`)}`);
  return lines.join('\n');
}

function conclusion(findings: readonly TemplateFinding[], errors: number, { paint }: Terminal): string {
  const warnings = findings.length - errors;
  const counted = [count(errors, 'error'), count(warnings, 'warning')].filter((text) => text !== '').join(', ');
  if (errors > 0) return paint('red', counted);
  return warnings > 0 ? paint('yellow', counted) : paint('green', 'nothing to mend');
}

function count(number: number, noun: string): string {
  if (number === 0) return '';
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function advice(others: readonly Network[]): string {
  const names = others.map(({ name }) => `--network ${name}`).join(' or ');
  return `It can be read in the dialect of ${others.map(({ title }) => title).join(', ')}: try ${names}`;
}
