import { describe, expect, it } from '@jest/globals';
import { Counts } from './counts.js';
import { DurationHistogram } from './duration-histogram.js';

describe('a histogram of durations', () => {
  it('counts each duration in every bucket that holds it', () => {
    const histogram = new DurationHistogram();
    for (const seconds of [0.001, 0.004, 99]) histogram.observe(seconds);
    const lines = histogram.lines('x');
    expect(lines).toContain('x_bucket{le="0.001"} 1');
    expect(lines).toContain('x_bucket{le="0.0025"} 1');
    expect(lines).toContain('x_bucket{le="0.005"} 2');
    expect(lines).toContain('x_bucket{le="10"} 2');
    expect(lines).toContain('x_bucket{le="+Inf"} 3');
    expect(lines).toContain('x_count 3');
    expect(lines).toContain(`x_sum ${0.001 + 0.004 + 99}`);
  });
});

describe('counts', () => {
  it('add up by their labels, which are escaped as Prometheus reads them', () => {
    const counts = new Counts();
    counts.add({ outcome: 'recorded', reason: '' });
    counts.add({ outcome: 'recorded', reason: '' }, 2);
    counts.add({ outcome: 'a"b\\c\nd', reason: '' });
    expect(counts.lines('x')).toEqual(['x{outcome="recorded",reason=""} 3', 'x{outcome="a\\"b\\\\c\\nd",reason=""} 1']);
  });
});
