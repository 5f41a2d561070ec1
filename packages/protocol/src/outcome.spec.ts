import { expect, it } from '@jest/globals';
import vectors from '../vectors/outcome.json' with { type: 'json' };
import {
  isReason,
  isRetryable,
  OUTCOME_STATUS,
  OUTCOMES,
  problem,
  REASONS,
  type Reason,
  reasonStatus,
} from './outcome.js';

it.each(vectors.outcomes)('$outcome answers $status: $description', ({ outcome, status }) => {
  expect(OUTCOME_STATUS[outcome as keyof typeof OUTCOME_STATUS]).toBe(status);
});

it.each(vectors.reasons)('$reason answers $status', ({ reason, status, retryable }) => {
  expect(isReason(reason)).toBe(true);
  expect(reasonStatus(reason as Reason)).toBe(status);
  expect(isRetryable(reason as Reason)).toBe(retryable);
  expect(problem(reason as Reason, 'x').title).not.toBe('');
  expect('outcome' in problem(reason as Reason, 'x')).toBe(!retryable);
});

it.each(vectors.problems)('problem: $description', (vector) => {
  expect(problem(vector.reason as Reason, vector.detail, vector.field)).toEqual(vector.problem);
});

it('the lists are closed', () => {
  expect(Object.keys(REASONS)).toEqual(vectors.reasons.map(({ reason }) => reason));
  expect(OUTCOMES).toEqual([...vectors.outcomes.map(({ outcome }) => outcome), 'rejected']);
  expect(isReason('constructor')).toBe(false);
  expect(isReason('')).toBe(false);
});
