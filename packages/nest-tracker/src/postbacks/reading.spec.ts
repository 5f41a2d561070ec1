import { describe, expect, it } from '@jest/globals';
import { faultsRefusal } from './reading.js';

const typo = { reason: 'unknown_field', field: 'data.revnue', detail: 'unknown field "revnue"' } as const;
const comma = { reason: 'invalid_field', field: 'data.payout', detail: 'has a comma.' } as const;
const whole = { reason: 'malformed_request', field: '', detail: 'must be a JSON object' } as const;

describe('the refusal of a message with faults', () => {
  it('tells one as it is, and blames its field', () => {
    const refused = { reason: 'unknown_field', field: 'data.revnue', detail: 'data.revnue: unknown field "revnue"' };
    expect(faultsRefusal([typo])).toEqual(refused);
    expect(faultsRefusal([whole])).toEqual({ reason: 'malformed_request', detail: 'must be a JSON object' });
  });

  it('tells several as a sentence each, and blames the first', () => {
    const { field, detail } = faultsRefusal([comma, typo]);
    expect([field, detail]).toEqual(['data.payout', 'data.payout: has a comma. data.revnue: unknown field "revnue".']);
    const asked = { ...typo, detail: 'unknown field; did you mean "revenue"?' };
    expect(faultsRefusal([asked, whole]).detail).toBe(`data.revnue: ${asked.detail} must be a JSON object.`);
  });
});
