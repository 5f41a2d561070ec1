import { describe, expect, it } from '@jest/globals';
import { classifyTrackerAnswer } from './classify-tracker.js';

const classify = (status: number, body: unknown, headers = {}) =>
  classifyTrackerAnswer({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }, 0);
const problem = (reason: string) => ({ outcome: 'rejected', reason, detail: 'because' });

describe('what a tracker answered', () => {
  it.each([
    [201, 'recorded'],
    [200, 'updated'],
    [200, 'duplicate'],
    [202, 'unattributed'],
  ])('%i %s is delivered', (status, outcome) => {
    expect(classify(status, { outcome })).toEqual({ outcome: 'delivered' });
  });

  it.each([
    [200, { outcome: 'rejected' }],
    [200, { outcome: 'fine' }],
    [200, { outcome: 'constructor' }],
    [200, ''],
    [200, '<html>please log in</html>'],
    [204, ''],
    [200, 'null'],
    [200, '[]'],
  ])('%i %j is not a success: it is tried again', (status, body) => {
    expect(classify(status, body)).toMatchObject({ outcome: 'retry' });
  });

  it.each([
    [429, problem('rate_limited')],
    [503, problem('storage_unavailable')],
    [401, problem('timestamp_out_of_tolerance')],
    [408, ''],
    [425, ''],
    [429, ''],
    [500, ''],
    [502, '<html>bad gateway</html>'],
    [500, problem('invalid_field')],
    [404, '<html>nginx</html>'],
    [401, { message: 'unauthorized' }],
    [400, { reason: 'made_up' }],
  ])('%i %j is tried again', (status, body) => {
    expect(classify(status, body)).toMatchObject({ outcome: 'retry' });
  });

  it.each([
    [400, 'unknown_field'],
    [401, 'signature_invalid'],
    [404, 'click_not_found'],
    [409, 'status_transition_invalid'],
    [422, 'cap_reached'],
  ])('%i with the reason %s is final and says why', (status, reason) => {
    expect(classify(status, problem(reason))).toEqual({ outcome: 'dead', why: `${reason}: because` });
  });

  it.each([301, 302, 304, 307, 308])('%i is final: redirects are not followed', (status) => {
    expect(classify(status, '')).toEqual({ outcome: 'dead', why: expect.stringContaining('final URL') });
  });

  it('passes Retry-After on', () => {
    expect(classify(503, '', { 'retry-after': '9' })).toMatchObject({ outcome: 'retry', retryAfterMs: 9_000 });
  });
});
