import type { EVALUATOR_METRICS } from '../../metrics.js';

type Key = keyof typeof EVALUATOR_METRICS;
type Labels = Readonly<Record<string, string>>;

/** The changes of one series since the last `drain`: the increase of a counter, the value of a gauge, the values of a histogram. */
export interface Measurement {
  readonly metric: Key;
  readonly labels: Labels;
  readonly value: number;
  readonly observed?: readonly number[];
  /** The series ends: its subject is gone. */
  readonly removed?: true;
}

interface Series {
  readonly metric: Key;
  readonly labels: Labels;
  value: number;
  observed: number[] | undefined;
  removed: boolean;
}

/**
 * What a thread measures, kept until the main thread fetches it. Only sums travel between threads. The registry and its series live in the main thread alone
 * and survive the restart of a thread.
 */
export class Measurements {
  private series = new Map<string, Series>();

  count(metric: Key, labels: Labels = {}, by = 1): void {
    if (by !== 0) this.at(metric, labels).value += by;
  }

  set(metric: Key, labels: Labels, value: number): void {
    const series = this.at(metric, labels);
    series.value = value;
    series.removed = false;
  }

  /** Another process measures the gauge now, or its subject is gone. */
  remove(metric: Key, labels: Labels): void {
    this.at(metric, labels).removed = true;
  }

  observe(metric: Key, value: number): void {
    const series = this.at(metric, {});
    series.observed ??= [];
    series.observed.push(value);
  }

  /** The changes since the last call. */
  drain(): readonly Measurement[] {
    const drained = [...this.series.values()].map(
      ({ metric, labels, value, observed, removed }): Measurement => ({
        metric,
        labels,
        value,
        ...(observed ? { observed } : {}),
        ...(removed ? { removed } : {}),
      }),
    );
    this.series = new Map();
    return drained;
  }

  private at(metric: Key, labels: Labels): Series {
    const key = `${metric}\u0000${Object.values(labels).join('\u0000')}`;
    let series = this.series.get(key);
    if (!series) {
      series = { metric, labels, value: 0, observed: undefined, removed: false };
      this.series.set(key, series);
    }
    return series;
  }
}
