import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CircuitBreaker, type Pass } from './circuit-breaker.js';

const make = (
  options: ConstructorParameters<typeof CircuitBreaker>[0] = { failures: 3, openMs: 1_000, maxOpenMs: 4_000 },
) => {
  const changes: string[] = [];
  const breaker = new CircuitBreaker(options, (state) => changes.push(state));
  return { breaker, changes };
};
const enter = (breaker: CircuitBreaker, now: number): Pass => {
  const pass = breaker.enter(now);
  if (!pass) throw new Error('no room');
  return pass;
};
const fail = (breaker: CircuitBreaker, now: number) => breaker.failed(enter(breaker, now), now);

describe('the circuit breaker', () => {
  it('opens after so many failures in a row, and not when one succeeded between', () => {
    const { breaker, changes } = make();
    for (const ok of [false, false, true, false, false]) {
      if (ok) breaker.succeeded();
      else fail(breaker, 0);
    }
    expect(breaker.state).toBe('closed');
    fail(breaker, 0);
    expect(changes).toEqual(['open']);
    expect([breaker.room(999), breaker.enter(999), breaker.waitMs(400)]).toEqual([0, undefined, 600]);
  });

  it('lets one probe through, which closes it', () => {
    const { breaker, changes } = make();
    for (let n = 0; n < 3; n += 1) fail(breaker, 0);
    expect(breaker.room(1_000)).toBe(1);
    expect(enter(breaker, 1_000)).toEqual({ probe: true });
    expect([breaker.room(9_000), breaker.enter(9_000), breaker.waitMs(9_000)]).toEqual([0, undefined, undefined]);
    breaker.succeeded();
    expect(breaker.room(9_000)).toBe(Number.POSITIVE_INFINITY);
    expect(changes).toEqual(['open', 'halfOpen', 'closed']);
  });

  it('stays open twice as long after each failed probe, up to its limit, and begins anew once it was closed', () => {
    const { breaker } = make();
    let now = 0;
    for (let n = 0; n < 3; n += 1) fail(breaker, now);
    const waits = [1_000, 2_000, 4_000, 4_000].map((expected) => {
      const wait = breaker.waitMs(now);
      expect(wait).toBe(expected);
      now += expected;
      fail(breaker, now);
      return wait;
    });
    expect(waits).toHaveLength(4);
    now += 4_000;
    enter(breaker, now);
    breaker.succeeded();
    for (let n = 0; n < 3; n += 1) fail(breaker, now);
    expect(breaker.waitMs(now)).toBe(1_000);
  });

  it('lets another probe go when the first was cut off', () => {
    const { breaker } = make();
    for (let n = 0; n < 3; n += 1) fail(breaker, 0);
    breaker.left(enter(breaker, 1_000));
    expect(breaker.waitMs(1_000)).toBe(0);
    expect(enter(breaker, 1_000)).toEqual({ probe: true });
  });

  it('does not take the late failure of an earlier attempt for that of its probe', () => {
    const { breaker } = make();
    const early = enter(breaker, 0);
    for (let n = 0; n < 3; n += 1) fail(breaker, 0);
    const probe = enter(breaker, 1_000);
    breaker.failed(early, 1_001);
    expect(breaker.state).toBe('halfOpen');
    breaker.failed(probe, 1_002);
    expect(breaker.state).toBe('open');
  });

  it('is not held open by a clock that was set back', () => {
    const { breaker } = make();
    for (let n = 0; n < 3; n += 1) fail(breaker, 1_000_000);
    expect(breaker.room(0)).toBe(1);
  });

  it('never opens when it is switched off', () => {
    const { breaker, changes } = make(false);
    for (let n = 0; n < 1_000; n += 1) fail(breaker, 0);
    expect(changes).toEqual([]);
  });

  it('never has two probes running and never stays shut for ever', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('enter', 'ok', 'fail', 'left'), fc.nat(3_000))), (steps) => {
        const { breaker } = make();
        const running: Pass[] = [];
        let now = 0;
        for (const [step, ms] of steps) {
          now += ms;
          const pass = step === 'enter' ? breaker.enter(now) : running.shift();
          if (step === 'enter' && pass) running.push(pass);
          else if (pass && step === 'ok') breaker.succeeded();
          else if (pass && step === 'fail') breaker.failed(pass, now);
          else if (pass && step === 'left') breaker.left(pass);
        }
        for (const pass of running.splice(0)) breaker.failed(pass, now);
        expect(breaker.room(now + 4_000)).toBeGreaterThan(0);
      }),
    );
  });
});
