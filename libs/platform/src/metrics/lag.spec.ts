import { describe, expect, it } from '@jest/globals';
import { Gauge, Registry } from 'prom-client';
import { exposeLag, Lag } from './lag.js';
import { LogEnds } from './log-ends.js';

/** A log that answers where its topics end, or hangs, or fails. */
class FakeLog {
  ends_ = new Map([
    [0, 10],
    [1, 20],
  ]);
  asked = 0;
  mode: 'answers' | 'hangs' | 'fails' = 'answers';

  async ends(): Promise<ReadonlyMap<number, number>> {
    this.asked++;
    if (this.mode === 'hangs') return new Promise(() => {});
    if (this.mode === 'fails') throw new Error('no broker');
    return new Map(this.ends_);
  }
}

const exposing = () => {
  const log = new FakeLog();
  const registry = new Registry();
  const gauge = new Gauge({ name: 'lag', help: 'lag', labelNames: ['partition', 'topic'], registers: [registry] });
  const lag = new Lag();
  const expose = (topic: string, which: Lag, labels = {}) =>
    exposeLag({ registry, log, gauge: gauge as Gauge<string>, topic, lag: which, labels });
  expose('t', lag);
  const series = async () =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('lag{') || line.startsWith('betrace_log_end_age_seconds{'));
  return { log, lag, series, expose };
};

describe('lag at the scrape', () => {
  it('grows while the reader is stuck, and has no series for partitions of others', async () => {
    const { log, lag, series } = exposing();
    lag.at(0, 4);
    expect(await series()).toContain('lag{partition="0"} 6');
    log.ends_.set(0, 1_000);
    expect(await series()).toContain('lag{partition="0"} 996');
    lag.at(1, 20);
    expect(await series()).toContain('lag{partition="1"} 0');
    lag.forget(0);
    expect((await series()).filter((line) => line.includes('partition="0"'))).toEqual([]);
  });

  it.each(['hangs', 'fails'] as const)('keeps the last known value when the log %s, and reports its age', async (mode) => {
    const { log, lag, series } = exposing();
    lag.at(0, 4);
    await series();
    log.mode = mode;
    const before = performance.now();
    expect(await series()).toContain('lag{partition="0"} 6');
    expect(performance.now() - before).toBeLessThan(30_000);
    await new Promise((done) => setTimeout(done, 600));
    const age = (await series()).find((line) => line.startsWith('betrace_log_end_age_seconds{topic="t"}'));
    expect(Number(age?.split(' ')[1])).toBeGreaterThan(0.5);
  });

  it('is NaN, never 0, while the end is unknown', async () => {
    const { log, lag, series } = exposing();
    log.mode = 'fails';
    lag.at(0, 4);
    expect(await series()).toEqual(expect.arrayContaining(['lag{partition="0"} Nan', 'betrace_log_end_age_seconds{topic="t"} +Inf']));
  });

  it('distinguishes the topics of several readers', async () => {
    const { lag, series, expose } = exposing();
    const other = new Lag();
    expose('u', other, { topic: 'u' });
    lag.at(0, 1);
    other.at(1, 15);
    expect(await series()).toEqual(expect.arrayContaining(['lag{partition="0"} 9', 'lag{topic="u",partition="1"} 5']));
  });
});

describe('LogEnds', () => {
  it('asks a hanging log once, however often it is scraped, and waits once', async () => {
    const log = new FakeLog();
    log.mode = 'hangs';
    const ends = new LogEnds(log, 1_000);
    await Promise.all([ends.of('t'), ends.of('t')]);
    const before = performance.now();
    for (let n = 0; n < 20; n++) expect((await ends.of('t')).age).toBe(Number.POSITIVE_INFINITY);
    expect(log.asked).toBe(1);
    expect(performance.now() - before).toBeLessThan(20 * 1_000);
  });
});
