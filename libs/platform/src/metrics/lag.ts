import type { Gauge, Registry } from 'prom-client';
import { type MetricDeclarations, readAtScrape, registerMetrics } from './declaration.js';
import { type EndingLog, LogEnds } from './log-ends.js';

/** Metrics of the logs that a process reads. */
export const LOG_METRICS = {
  endAge: {
    type: 'gauge',
    name: 'betrace_log_end_age_seconds',
    help: 'Age of the last known end of the topic, from which lag is computed; `+Inf`: none is known yet. Above a minute no broker answers, and the real lag may be larger.',
    labels: ['topic'],
  },
} as const satisfies MetricDeclarations;

/** The next offset of a reader in each partition. */
export class Lag {
  private readonly positions = new Map<number, number>();

  /** The reader has the partition and has processed all records before `position`. */
  at(partition: number, position: number): void {
    this.positions.set(partition, position);
  }

  /** The reader no longer has the partition. */
  forget(partition: number): void {
    this.positions.delete(partition);
  }

  /** Undefined when the reader does not have the partition. */
  position(partition: number): number | undefined {
    return this.positions.get(partition);
  }

  get partitions(): readonly number[] {
    return [...this.positions.keys()];
  }

  /** Records between the reader and the end of the log, by partition; NaN if the end is unknown. */
  behind(ends: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
    const behind = ([partition, position]: readonly [number, number]) =>
      [partition, Math.max(0, (ends.get(partition) ?? Number.NaN) - position)] as const;
    return new Map([...this.positions].map(behind));
  }
}

export interface ExposedLag {
  readonly registry: Registry;
  readonly log: EndingLog;
  /** It has the label `partition` and those of `labels`. */
  readonly gauge: Gauge<string>;
  readonly topic: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly lag: Lag;
}

const endsOf = new WeakMap<Registry, LogEnds>();
const exposed = new WeakMap<Gauge<string>, ExposedLag[]>();

/**
 * Makes the gauge report the lag at each scrape: the records between the reader and the log's end. So it grows even while the reader is stuck. It has a series
 * for each of the reader's partitions.
 */
export function exposeLag(options: ExposedLag): void {
  const { registry, log, gauge } = options;
  const ends = endsOf.get(registry) ?? exposeEnds(registry, log);
  const all = exposed.get(gauge) ?? [];
  all.push(options);
  if (exposed.has(gauge)) return;
  exposed.set(gauge, all);
  readAtScrape(gauge, async () => {
    const measured = await Promise.all(
      all.map(async ({ topic, labels = {}, lag }) => ({ labels, behind: lag.behind((await ends.of(topic)).ends) })),
    );
    gauge.reset();
    for (const { labels, behind } of measured) {
      for (const [partition, records] of behind) gauge.set({ ...labels, partition: String(partition) }, records);
    }
  });
}

function exposeEnds(registry: Registry, log: EndingLog): LogEnds {
  const ends = new LogEnds(log);
  endsOf.set(registry, ends);
  const { endAge } = registerMetrics(LOG_METRICS, registry);
  readAtScrape(endAge, async () => {
    for (const topic of ends.topics) endAge.set({ topic }, (await ends.of(topic)).age / 1_000);
  });
  return ends;
}
