import type { NetworkSender } from './network.js';
import { redactor } from './redactor.js';

/** A sender whose texts for people never show its secrets, even when the network echoes them. */
export function networkSender({
  secrets = [],
  request,
  classify,
}: Pick<NetworkSender, 'request' | 'classify'> & {
  readonly secrets?: readonly (string | undefined)[];
}): NetworkSender {
  const redact = redactor(secrets);
  return {
    request,
    classify(answer) {
      const verdict = classify(answer);
      return verdict.outcome === 'delivered' ? verdict : { ...verdict, why: redact(verdict.why) };
    },
    redact,
  };
}
