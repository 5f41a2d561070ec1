import { expect } from '@jest/globals';
import { type Reason, reasonStatus } from '@tallyback/protocol';
import type { Answer } from './requests.js';

/** Checks that an answer is the problem document of a reason, with the reason's own status. */
export function expectRefusal(answer: Answer, reason: Reason, field?: string): void {
  expect(answer.body).toMatchObject({
    type: `urn:tallyback:reason:${reason}`,
    status: reasonStatus(reason),
    outcome: 'rejected',
    reason,
    ...(field !== undefined && { field }),
  });
  expect(typeof answer.body.detail).toBe('string');
  expect(answer.status).toBe(reasonStatus(reason));
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.headers['tallyback-outcome']).toBe('rejected');
  expect(answer.headers['tallyback-reason']).toBe(reason);
}
