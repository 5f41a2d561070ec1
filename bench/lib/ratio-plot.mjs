import { escapeHtml } from './escape-html.mjs';

const WIDTH = 760;
const LEFT = 290;
const RIGHT = 60;
const ROW = 26;
const TOP = 8;
const BOTTOM = 24;
const TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];

/** The ratios of one benchmark, a line per baseline, on one logarithmic scale, as inline SVG. */
export function plotOf(rows) {
  const all = rows.flatMap(({ spread, ratio }) => [...spread, ratio, 1]).filter((value) => value > 0);
  const least = Math.min(...all) / 1.15;
  const most = Math.max(...all) * 1.15;
  const x = (ratio) =>
    LEFT + (Math.log(Math.max(ratio, least) / least) / Math.log(most / least)) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + rows.length * ROW;
  const ticks = TICKS.filter((tick) => tick >= least && tick <= most).map((tick) => tickAt(x(tick), tick, bottom));
  const lines = rows.map((row, index) => lineOf(row, x, TOP + (index + 0.5) * ROW));
  const height = bottom + BOTTOM;
  const label = rows.map(({ baseline, ratio }) => `${ratio.toFixed(2)} times ${baseline}`).join(', ');
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(label)}">${ticks.join('')}${lines.join('')}</svg>`;
}

function tickAt(x, tick, bottom) {
  const at = x.toFixed(1);
  const line = `<line class="${tick === 1 ? 'one' : 'grid'}" x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}"/>`;
  return `${line}<text class="soft" text-anchor="middle" x="${at}" y="${bottom + 16}">${tick}</text>`;
}

function lineOf({ baseline, ratio, ratios, spread: [from, to], better }, x, y) {
  const side = ratio >= 1 === (better !== 'lower') ? 'good' : 'bad';
  const at = (value) => x(value).toFixed(1);
  const dots = ratios.map((value) => `<circle class="${side} dot" cx="${at(value)}" cy="${y}" r="4"/>`).join('');
  return `<text text-anchor="end" x="${LEFT - 12}" y="${y + 4}">${escapeHtml(baseline)}</text>
<line class="${side} whisker" x1="${at(from)}" x2="${at(to)}" y1="${y}" y2="${y}"/>${dots}
<rect class="${side}" x="${(x(ratio) - 2).toFixed(1)}" y="${y - 8}" width="4" height="16"/>
<text x="${WIDTH - RIGHT + 8}" y="${y + 4}">${ratio.toFixed(2)}</text>`;
}
