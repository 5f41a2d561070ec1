import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { bullmqQueue } from '../src/bullmq.js';
import { ConfigurationError } from '../src/errors.js';
import { memoryQueue } from '../src/memory.js';
import { sqliteQueue } from '../src/sqlite.js';
import { typeormQueue } from '../src/typeorm.js';

const postgres = new DataSource({ type: 'postgres' });

describe('the options of a queue', () => {
  it.each<[string, string, (options: never) => unknown, unknown, RegExp]>([
    ['sqliteQueue()', 'pth', sqliteQueue, { pth: 'a.db' }, /did you mean `path`/],
    ['sqliteQueue()', 'file', sqliteQueue, { file: 'a.db' }, /known are path/],
    ['sqliteQueue()', 'path', sqliteQueue, { path: 5 }, /path of a file/],
    ['sqliteQueue()', 'path', sqliteQueue, { path: ':memory:' }, /memoryQueue/],
    ['sqliteQueue()', 'options', sqliteQueue, 'a.db', /an object/],
    ['memoryQueue()', 'remember', memoryQueue, { remember: '5' }, /whole number/],
    ['typeormQueue()', 'locktimeout', (given) => typeormQueue(postgres, given), { locktimeout: 5 }, /`lockTimeoutMs`/],
    ['typeormQueue()', 'lockTimeoutMs', (given) => typeormQueue(postgres, given), { lockTimeoutMs: 0 }, /at least 1/],
    ['typeormQueue()', 'migrate', (given) => typeormQueue(postgres, given), { migrate: 'no' }, /true or false/],
    ['bullmqQueue()', 'options', (given) => bullmqQueue({}, given), null, /prefix, timeoutMs, acceptLoss/],
    ['bullmqQueue()', 'prefix', (given) => bullmqQueue({}, given), { prefix: '' }, /not empty/],
    ['bullmqQueue()', 'timeoutMs', (given) => bullmqQueue({}, given), { timeoutMs: Number.NaN }, /milliseconds/],
  ])('%s refuses %s when it cannot work, and says what would', (_, option, make, given, detail) => {
    expect(() => make(given as never)).toThrow(ConfigurationError);
    expect(() => make(given as never)).toThrow(
      expect.objectContaining({ option, detail: expect.stringMatching(detail) }),
    );
  });

  it('may be left out or undefined, as each of them may', () => {
    expect(() => [sqliteQueue(), memoryQueue(undefined), bullmqQueue({}), typeormQueue(postgres)]).not.toThrow();
    expect(() => sqliteQueue({ path: undefined as never })).not.toThrow();
  });
});
