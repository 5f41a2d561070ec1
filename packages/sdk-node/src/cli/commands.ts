import type { Command } from './command.js';
import { keysNew } from './keys-new.js';
import { lint } from './lint/lint.js';
import { queueDead } from './queue/queue-dead.js';
import { queueLs } from './queue/queue-ls.js';
import { queueRetry } from './queue/queue-retry.js';
import { queueWatch } from './queue/queue-watch.js';
import { send } from './send/send.js';
import { verify } from './verify/verify.js';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [keysNew, lint, send, verify, queueLs, queueDead, queueRetry, queueWatch];
