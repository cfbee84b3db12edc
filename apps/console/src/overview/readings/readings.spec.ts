import { describe, expect, it } from '@jest/globals';
import { parsePrometheus } from './prometheus-text';
import { growth, quantile, type Reading, rate, total } from './readings';

const reading = (at: number, text: string): Reading => ({ at, metrics: parsePrometheus(text) });

describe('the text of /metrics', () => {
  it('is read with its labels, also quoted ones, and lines that are not samples are skipped', () => {
    const metrics = parsePrometheus(
      [
        '# HELP a_total Something.',
        '# TYPE a_total counter',
        'a_total{rule_name="says \\"no\\" in C:\\\\x\\nnow",x="1"} 3',
        'a_total 4 1699000000000',
        'lag{partition="0"} NaN',
        'age +Inf',
        'no sample at all',
        '',
      ].join('\n'),
    );
    expect(metrics.get('a_total')).toEqual([
      { labels: { rule_name: 'says "no" in C:\\x\nnow', x: '1' }, value: 3 },
      { labels: {}, value: 4 },
    ]);
    expect(metrics.get('lag')?.[0]?.value).toBeNaN();
    expect(metrics.get('age')?.[0]?.value).toBe(Number.POSITIVE_INFINITY);
    expect([...metrics.keys()]).toEqual(['a_total', 'lag', 'age']);
  });
});

describe('readings', () => {
  const before = reading(0, 'spans_total{r="a"} 10\nspans_total{r="b"} 5');
  const after = reading(10_000, 'spans_total{r="a"} 40\nspans_total{r="b"} 5\nnew_total 7');

  it('are summed over series; an absent metric is not 0', () => {
    expect(total(after, 'spans_total')).toBe(45);
    expect(total(after, 'spans_total', { r: 'b' })).toBe(5);
    expect(total(after, 'other_total')).toBeUndefined();
  });

  it('give a rate from two readings, not from one', () => {
    expect(rate(before, after, 'spans_total')).toBe(3);
    expect(rate(before, after, 'new_total')).toBe(0.7);
    expect(rate(undefined, after, 'spans_total')).toBeUndefined();
    expect(rate(after, after, 'spans_total')).toBeUndefined();
    expect(rate(before, after, 'other_total')).toBeUndefined();
  });

  it('count from 0 after a restart of the process', () => {
    expect(growth(after, reading(20_000, 'spans_total{r="a"} 4'), 'spans_total')).toBe(4);
  });

  it('give quantiles of the observations between them', () => {
    const buckets = (low: number, middle: number, all: number) =>
      `t_bucket{le="0.1"} ${low}\nt_bucket{le="1"} ${middle}\nt_bucket{le="+Inf"} ${all}`;
    const [first, second] = [reading(0, buckets(100, 100, 100)), reading(1, buckets(100, 110, 110))];
    expect(quantile(0.5, undefined, first, 't')).toBeCloseTo(0.05);
    // All of the ten that came since are between 0.1 and 1.
    expect(quantile(0.5, first, second, 't')).toBeCloseTo(0.55);
    expect(quantile(0.95, first, first, 't')).toBeUndefined();
    // Above the last bound that bound is all that is known.
    expect(quantile(0.95, second, reading(2, buckets(100, 110, 120)), 't')).toBe(1);
    // Restarted: what it has is all there is.
    expect(quantile(0.5, second, reading(2, buckets(2, 2, 2)), 't')).toBeCloseTo(0.05);
    expect(quantile(0.5, undefined, reading(0, ''), 't')).toBeUndefined();
  });
});
