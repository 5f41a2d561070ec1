import { text } from './judge-attempt.js';
import type { Attempt, Scene } from './script.js';
import type { SenderSettings } from './settings.js';

/** Timers and clocks are not exact, in milliseconds. */
const SLACK_MS = 30;
/** Two timestamps of whole seconds may differ by one from their distance in time; the rest is for slow machines. */
const STALE_SECONDS = 1.75;

/** What is wrong with how the attempts at one message follow each other. */
export function judgeScene({ answers, attempts, then, strayed }: Scene, settings: SenderSettings): string[] {
  const faults = strayed.map((request) => `a redirect was followed: ${request}`);
  if (attempts.length < answers.length) {
    const unfinished = attempts.length === 0 ? 'it never came' : `given up after ${count(attempts.length)}`;
    faults.push(`${unfinished}; expected ${count(answers.length)}`);
  }
  if (attempts.length > answers.length && then === 'silence') {
    faults.push(`sent again after a final answer: ${count(attempts.length)}; expected ${count(answers.length)}`);
  }
  for (const [index, next] of attempts.entries()) {
    const attempt = attempts[index - 1];
    if (attempt) faults.push(...judgePair(attempt, next, settings).map((fault) => `attempt ${index + 1}: ${fault}`));
  }
  return faults;
}

function judgePair(attempt: Attempt, next: Attempt, { minDelayMs }: SenderSettings): string[] {
  const faults: string[] = [];
  if (text(attempt, 'webhook-id') !== text(next, 'webhook-id'))
    faults.push('webhook-id changed; it names the delivery, not the attempt');
  if (!attempt.body.equals(next.body)) faults.push('the body changed; its bytes stay as they were');
  const between = (next.at - attempt.at) / 1_000;
  const stamps = Number(text(next, 'webhook-timestamp')) - Number(text(attempt, 'webhook-timestamp'));
  if (Math.abs(stamps - between) > STALE_SECONDS) {
    faults.push(
      `webhook-timestamp is ${stamps} s after the one before, ${between.toFixed(1)} s later; every attempt has its own`,
    );
  }
  const { answeredAt = attempt.at, notBefore, answer } = attempt;
  if (notBefore !== undefined && next.at < notBefore - SLACK_MS) {
    faults.push(`came ${notBefore - next.at} ms before the time that Retry-After named`);
  }
  // Another try at once is fine where a connection broke: the answer was not one.
  const refused = !answer.cut && !answer.hang;
  if (refused && next.at < answeredAt + minDelayMs - SLACK_MS) {
    faults.push(
      `came ${next.at - answeredAt} ms after an answer that asks for patience; expected at least ${minDelayMs} ms`,
    );
  }
  return faults;
}

function count(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`;
}
