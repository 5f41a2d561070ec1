import type { CaseResult } from '../result.js';
import type { SenderCase } from './case.js';
import { judgeAttempt, text } from './judge-attempt.js';
import { judgeScene } from './judge-scene.js';
import { type Act, writeScript } from './script.js';
import { NEED_OPTION, type SenderKeys, type SenderSettings, senderKeys } from './settings.js';
import { type Plan, Stage } from './stage.js';

/** What became of all cases, and what belongs to none. */
export interface SenderResult {
  readonly results: readonly CaseResult[];
  readonly faults: readonly string[];
}

/** Where the server listens, whom to tell of it, and what ends it early. */
export interface Performance {
  readonly port: number;
  readonly host: string;
  /** Called once the server listens. */
  readonly ready: (plan: Plan) => void;
  readonly signal?: AbortSignal;
}

/**
 * Plays a receiver until a sender has sent everything of the plan, then judges how it went about it.
 *
 * @throws RangeError for a key that is none; Error when the port is in use
 */
export async function runSender(
  settings: SenderSettings,
  cases: readonly SenderCase[],
  { port, host, ready, signal }: Performance,
): Promise<SenderResult> {
  const keys = senderKeys(settings);
  const missing = ({ needs = [] }: SenderCase) => needs.filter((need) => keys[need] === undefined);
  const acts = writeScript(
    cases.filter((one) => missing(one).length === 0),
    settings.attempts,
  );
  const stage = new Stage(acts, settings);
  await stage.listen(port, host);
  try {
    ready(stage.plan);
    await stage.finished(signal);
  } finally {
    await stage.close();
  }
  const shared = sharedIds(acts);
  const results = cases.map((one): CaseResult => {
    const act = acts.find((candidate) => candidate.one === one);
    const { name, says } = one;
    if (!act)
      return { name, says, result: 'skip', faults: missing(one).map((need) => `needs ${NEED_OPTION[need]}`), ms: 0 };
    const faults = judgeAct(act, settings, keys, shared);
    return { name, says, result: faults.length > 0 ? 'fail' : 'pass', faults, ms: duration(act) };
  });
  return { results, faults: [...new Set(stage.faults)] };
}

function judgeAct(
  { one, scenes }: Act,
  settings: SenderSettings,
  keys: SenderKeys,
  shared: ReadonlySet<string>,
): string[] {
  const faults = scenes.flatMap((scene, index) => {
    const before = scenes[index - 1]?.attempts.at(-1)?.answeredAt;
    const [first] = scene.attempts;
    const overtook = one.inOrder && index > 0 && first && (before === undefined || before > first.at);
    const own = [
      ...judgeScene(scene, settings),
      ...scene.attempts.flatMap((attempt) => judgeAttempt(attempt, scene, one, settings, keys)),
      ...(overtook ? ['it came before the message before it was done'] : []),
      ...(scene.attempts.some((attempt) => shared.has(text(attempt, 'webhook-id')))
        ? ['webhook-id is that of another message, too']
        : []),
    ];
    return scenes.length === 1 ? own : own.map((fault) => `message ${index + 1}: ${fault}`);
  });
  return [...new Set(faults)];
}

/** Ids under which more than one message came. */
function sharedIds(acts: readonly Act[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { attempts } of acts.flatMap(({ scenes }) => scenes)) {
    for (const id of new Set(attempts.map((attempt) => text(attempt, 'webhook-id')))) {
      if (id !== '' && seen.has(id)) shared.add(id);
      seen.add(id);
    }
  }
  return shared;
}

function duration({ scenes }: Act): number {
  const attempts = scenes.flatMap((scene) => scene.attempts);
  const ends = attempts.map(({ answeredAt, at }) => answeredAt ?? at);
  return attempts.length === 0 ? 0 : Math.max(...ends) - Math.min(...attempts.map(({ at }) => at));
}
