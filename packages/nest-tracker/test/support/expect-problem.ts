import { expect } from '@jest/globals';
import type { Answer } from './requests.js';

/** Checks that an answer is a problem document; `more`: what its detail says, or members that it has. */
export function expectProblem(answer: Answer, status: number, more: RegExp | object = {}): void {
  const members = more instanceof RegExp ? { detail: expect.stringMatching(more) } : more;
  expect(answer.body).toMatchObject({ type: expect.any(String), title: expect.any(String), status, ...members });
  expect(typeof answer.body.detail).toBe('string');
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
}
