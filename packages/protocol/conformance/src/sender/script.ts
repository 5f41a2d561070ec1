import { randomBytes } from 'node:crypto';
import { differences, isObject, type Json, without } from '../json.js';
import { fill } from '../variables.js';
import type { PlannedMessage, ScriptedAnswer, SenderCase } from './case.js';

/** One attempt as it came. */
export interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** When it began, in milliseconds of the clock. */
  readonly at: number;
  readonly answer: ScriptedAnswer;
  /** When it was answered or its connection was gone; absent while it is not. */
  answeredAt?: number;
  /** Not before this moment the next attempt may come. */
  notBefore?: number;
}

/** A planned message with what has come of it. */
export interface Scene {
  readonly type: string;
  readonly data: Json;
  readonly answers: readonly ScriptedAnswer[];
  readonly then: 'silence' | 'anything';
  readonly attempts: Attempt[];
  /** Requests that came where a redirect has led. */
  readonly strayed: string[];
}

/** A case with what has come of it. */
export interface Act {
  readonly one: SenderCase;
  readonly scenes: readonly Scene[];
}

const CLICK_ID = '01jd9zq5r8x4m2n6p0s3t7v1wy';
const USUAL = { clickId: CLICK_ID, revenue: '49.90', currency: 'EUR' };

/** What a sender is to send, under transaction ids that no other run has. */
export function writeScript(cases: readonly SenderCase[], attempts: number): Act[] {
  const run = randomBytes(4).toString('hex');
  return cases.map((one) => {
    const tx = `cf-${run}-${one.name.replaceAll('.', '-')}`;
    return { one, scenes: one.messages.map((message) => sceneOf(message, tx, attempts)) };
  });
}

/** The scene that a request belongs to, by the identity of its conversion. */
export function findScene(scenes: readonly Scene[], message: unknown): Scene | undefined {
  if (!isObject(message) || !isObject(message.data)) return undefined;
  const { type, data } = message;
  const identity = (value: Json) => `${value.transactionId} ${value.event ?? 'purchase'}`;
  const same = scenes.filter((scene) => scene.type === type && identity(scene.data) === identity(data));
  // Of several updates of one order it is the one that says the same.
  return same.find((scene) => differences(scene.data, data, '').length === 0) ?? same[0];
}

function sceneOf(message: PlannedMessage, tx: string, attempts: number): Scene {
  const { type = 'conversion.created', data, then = 'silence' } = message;
  const whole = { data: { ...(type === 'conversion.created' && USUAL), transactionId: '{{tx}}', ...data } };
  for (const path of message.without ?? []) without(whole, path);
  return {
    type,
    data: fill(whole.data, { tx }),
    answers: answersOf(message, attempts),
    then,
    attempts: [],
    strayed: [],
  };
}

function answersOf({ answers }: PlannedMessage, attempts: number): ScriptedAnswer[] {
  return answers.flatMap((answer) => {
    return answer.untilLast
      ? Array.from({ length: Math.max(1, attempts - answers.length + 1) }, () => answer)
      : [answer];
  });
}
