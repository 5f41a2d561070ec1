import { escapeHtml } from './escape-html.mjs';
import { told } from './machine.mjs';
import { plotOf } from './ratio-plot.mjs';

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1f24; --soft: #667085; --line: #d5d9e0; --paper: #fff; --good: #0a7d4f; --bad: #b54708; --one: #98a2b3 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --soft: #98a2b3; --line: #343a46; --paper: #14171c; --good: #4cc38a; --bad: #f0a15a; --one: #667085 }
}
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
h1 { font-size: 1.5rem } h2 { font-size: 1.05rem; margin: 2.2rem 0 .3rem; font-family: ui-monospace, monospace }
p { color: var(--soft) } footer { margin-top: 3rem; font-size: .85rem }
svg { width: 100%; height: auto; display: block } svg text { fill: var(--ink); font: 12px system-ui, sans-serif } svg .soft { fill: var(--soft) }
svg .grid { stroke: var(--line) } svg .one { stroke: var(--one); stroke-dasharray: 4 3 } svg .good { fill: var(--good); stroke: var(--good) } svg .bad { fill: var(--bad); stroke: var(--bad) }
svg .dot { stroke: none; fill-opacity: .3 } svg .whisker { stroke-width: 2 }
table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums } th, td { text-align: right; padding: .2rem .5rem; border-bottom: 1px solid var(--line) }
th:first-child, td:first-child { text-align: left } th { color: var(--soft); font-weight: 500 }`;

/**
 * All rows of a run as one file that needs nothing else: for each benchmark a plot of the ratios, and the figures.
 *
 * @param {{ machine: object, versions: object, rounds: number, rows: object[] }} run
 * @returns {string} HTML
 */
export function htmlReport(run) {
  const { machine, rounds, rows } = run;
  const names = [...new Set(rows.map(({ name }) => name))];
  const sections = names
    .map((name) =>
      sectionOf(
        name,
        rows.filter((row) => row.name === name),
      ),
    )
    .join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tallyback benchmarks, ${escapeHtml(machine.at.slice(0, 10))}</title>
<style>${STYLE}</style>
<h1>Tallyback benchmarks</h1>
<p>Each contender ran in turn, ${rounds} rounds after one that was thrown away. A dot is the ratio of one round, ours divided
by the baseline's beside it; the mark is the median, the line reaches from the least to the largest. The scale is
logarithmic; the dashed line is the baseline itself.</p>
${sections}
<footer>${[machine.at, ...told(run)].map((line) => `<p>${escapeHtml(line)}</p>`).join('')}</footer>
</html>
`;
}

function sectionOf(name, rows) {
  const [{ unit, better, median }] = rows;
  const cells = ({ baseline, ratio, spread, baselineMedian }) =>
    [
      baseline,
      ratio.toFixed(2),
      spread.map((value) => value.toFixed(2)).join(' – '),
      baselineMedian.toLocaleString('en'),
    ]
      .map((cell) => `<td>${escapeHtml(cell)}</td>`)
      .join('');
  return `<h2>${escapeHtml(name)}</h2>
<p>Ours: ${median.toLocaleString('en')} ${escapeHtml(unit)}; ${better === 'lower' ? 'lower' : 'higher'} is better.</p>
${plotOf(rows)}
<table><tr><th>baseline<th>ratio<th>least – most<th>baseline, ${escapeHtml(unit)}</tr>
${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}
</table>`;
}
