import type { NetworkAnswer, NetworkVerdict } from './network.js';

/** How often an answer of unknown meaning is worth another attempt. */
export const UNKNOWN_ANSWER_ATTEMPTS = 5;

const retryableStatus: ReadonlySet<number> = new Set([408, 425, 429]);

// Only what stands first or is a field of JSON or XML counts: a page or a log line may well mention the word.
const plainNo: readonly RegExp[] = [
  /^(?:error|fail(?:ed|ure)?|invalid|denied|forbidden|unauthori[sz]ed|rejected|bad request)\b/i,
  /^(?:status|result)\s*[:=]\s*["']?(?:error|fail(?:ed|ure)?)\b/i,
  /["']?\bsuccess["']?\s*[:=]\s*["']?(?:false|0\b)/i,
  /["']ok["']\s*:\s*(?:false|0\b)/i,
  /["'](?:status|result)["']\s*:\s*["'](?:error|fail(?:ed|ure)?)["']/i,
  /["']error["']\s*:\s*(?:["'][^"']|true|\{)/i,
  /["']errors["']\s*:\s*\[\s*[^\]\s]/i,
  /<(?:status|result)>\s*(?:error|fail(?:ed|ure)?)\s*</i,
  /<success>\s*(?:false|0)\s*</i,
];

/** What a status means whatever the body says; `undefined` for 2xx, where the body decides. */
export function classifyStatus({ status, body }: NetworkAnswer): NetworkVerdict | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (retryableStatus.has(status) || status >= 500) return { outcome: 'retry', why: withBody(`HTTP ${status}`, body) };
  if (status >= 300 && status < 400) {
    return { outcome: 'dead', why: `HTTP ${status}: redirects are not followed; configure the final URL` };
  }
  if (status >= 400) return { outcome: 'dead', why: withBody(`HTTP ${status}`, body) };
  return { outcome: 'retry', why: `HTTP ${status} is not an answer to a request` };
}

/**
 * For networks whose answer body is not documented: 2xx is delivered, never confirmed, unless the body plainly says no (then
 * it is tried a few times, since nobody knows whether that no is final).
 */
export function classifySilent(answer: NetworkAnswer): NetworkVerdict {
  const byStatus = classifyStatus(answer);
  if (byStatus) return byStatus;
  return saysNo(answer.body) ? unknownAnswer(answer) : { outcome: 'delivered', confirmed: false };
}

/** A success status with a body that is not the success it should be. */
export function unknownAnswer({ status, body }: NetworkAnswer): NetworkVerdict {
  return { outcome: 'retry', why: withBody(`HTTP ${status} without a success`, body), atMost: UNKNOWN_ANSWER_ATTEMPTS };
}

/** The beginning of a text as one printable line. */
export function shownText(text: string): string {
  const line = text
    .slice(0, 400)
    .replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

function saysNo(body: string): boolean {
  const beginning = body.slice(0, 2000).trim();
  return plainNo.some((no) => no.test(beginning));
}

function withBody(text: string, body: string): string {
  const shown = shownText(body);
  return shown === '' ? text : `${text}: ${shown}`;
}
