import { randomBytes } from 'node:crypto';
import type { Json } from '../json.js';
import type { CaseResult } from '../result.js';
import { fill } from '../variables.js';
import { buildRequest } from './build-request.js';
import type { ReceiverCase, Step } from './case.js';
import { checkAnswer } from './check-answer.js';
import { type Answer, HttpClient } from './http-client.js';
import { keysOf, meets, NEED_OPTION, type Target, type TargetKeys } from './target.js';

// Enough that a receiver which waits for its disk is not waited for all the time.
const AT_ONCE = 8;

/**
 * Sends the cases, some of them at once, and judges the answers.
 *
 * @param told called with each result as soon as it and all before it are there
 * @throws RangeError for a key that is none
 */
export async function runReceiver(
  target: Target,
  cases: readonly ReceiverCase[],
  told: (result: CaseResult) => void = () => {},
): Promise<CaseResult[]> {
  const run = new Run(target);
  const results: CaseResult[] = [];
  let shown = 0;
  const judge = async (index: number) => {
    results[index] = await run.judge(cases[index] as ReceiverCase, index);
    for (let result = results[shown]; result; result = results[shown]) {
      shown += 1;
      told(result);
    }
  };
  // What is to arrive at one moment has the receiver for itself.
  const alone = (index: number) => cases[index]?.steps.some(({ atOnce = 1 }) => atOnce > 1) === true;
  const together = [...cases.keys()].filter((index) => !alone(index));
  const work = async () => {
    for (let index = together.shift(); index !== undefined; index = together.shift()) await judge(index);
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    for (const index of cases.keys()) if (alone(index)) await judge(index);
  } finally {
    run.close();
  }
  return results;
}

class Run {
  readonly #client: HttpClient;
  readonly #keys: TargetKeys;
  /** No run meets what an earlier one has left. */
  readonly #name = randomBytes(6).toString('hex');

  constructor(private readonly target: Target) {
    this.#keys = keysOf(target);
    this.#client = new HttpClient(target);
  }

  async judge({ name, says, needs = [], steps }: ReceiverCase, index: number): Promise<CaseResult> {
    const began = performance.now();
    const result = (result: CaseResult['result'], faults: readonly string[]): CaseResult => {
      return { name, says, result, faults, ms: Math.round(performance.now() - began) };
    };
    const missing = needs.filter((need) => !meets(this.target, need));
    if (missing.length > 0)
      return result(
        'skip',
        missing.map((need) => `needs ${NEED_OPTION[need]}`),
      );
    let saved: Record<string, string> = {};
    for (const [number, step] of steps.entries()) {
      const { faults, first } = await this.#take(step, `${index}-${number}`, { ...this.#variables(index), ...saved });
      // What comes after a wrong answer would be judged by what it did not store.
      if (faults.length > 0)
        return result('fail', steps.length === 1 ? faults : faults.map((fault) => `step ${number + 1}: ${fault}`));
      saved = { ...saved, ...savedFrom(step, first) };
    }
    return result('pass', []);
  }

  close(): void {
    this.#client.close();
  }

  async #take(step: Step, id: string, variables: Record<string, string>) {
    const { atOnce = 1 } = step;
    const { expect, others = {} } = fill({ expect: step.expect, others: step.others }, variables);
    const requests = Array.from({ length: atOnce }, (_, n) => {
      const context = { target: this.target, keys: this.#keys, id: `cf_${this.#name}_${id}_${n}`, nowMs: Date.now() };
      return buildRequest(step.send, variables, context);
    });
    const sending = requests.map((request) => this.#client.send(request));
    const answers: Answer[] = [];
    for (const ended of await Promise.allSettled(sending)) {
      if (ended.status === 'rejected') return { faults: [(ended.reason as Error).message], first: {} };
      answers.push(ended.value);
    }
    // Which of several comes first is the receiver's business.
    const at = Math.max(
      0,
      answers.findIndex((answer) => checkAnswer(answer, expect).length === 0),
    );
    const faults = answers.flatMap((answer, index) => checkAnswer(answer, index === at ? expect : others));
    return { faults: [...new Set(faults)], first: answers[at]?.body ?? {} };
  }

  #variables(index: number): Record<string, string> {
    const tx = `cf-${this.#name}-${index}`;
    const { clickId, advertiser, token } = this.target;
    return {
      clickId: clickId.toLowerCase(),
      upperClickId: clickId.toUpperCase(),
      advertiser,
      ...(token && { token: token.value, tokenClickId: token.clickId.toLowerCase() }),
      tx,
      id: `cf_${this.#name}_${index}`,
      hex: `${this.#name.slice(0, 8)}${index.toString(16).padStart(4, '0')}`,
      now: new Date().toISOString(),
      seconds: `${Math.floor(Date.now() / 1000)}`,
    };
  }
}

function savedFrom({ save = {} }: Step, body: Json): Record<string, string> {
  return Object.fromEntries(Object.entries(save).map(([name, field]) => [name, String(body[field])]));
}
