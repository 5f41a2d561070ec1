import { auditClicks } from './clicks.mjs';
import { auditConversions } from './conversions.mjs';
import { auditPartners } from './partners.mjs';
import { auditReports } from './reports.mjs';
import { auditShop } from './shop.mjs';

/**
 * Holds everybody's books against the driver's own.
 *
 * @returns {[string | undefined, string][]} differences, each with the order that it is about, if it is about one
 */
export function audit(evidence) {
  const collapses = evidence.collapses.map(({ name, how, lines }) => [
    undefined,
    `${name} ended by itself (${how}): ${lines.slice(-3).join(' / ')}`,
  ]);
  const leaks = evidence.leaks.map(({ name, what, at }) => [undefined, `${name} printed ${what} at ${at}`]);
  return [
    ...collapses,
    ...leaks,
    ...auditShop(evidence),
    ...auditClicks(evidence),
    ...auditConversions(evidence),
    ...auditReports(evidence),
    ...auditPartners(evidence),
  ];
}
