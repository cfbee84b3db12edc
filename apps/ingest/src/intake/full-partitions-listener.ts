import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log, type LogRecord, type RecordBatch } from '#messaging';
import { CONFIGURATION, type Configuration, FullPartitions, LOGGER, type Logger, Shutdown } from '#platform';
import { type FullPartitionsRecord, TOPICS } from '#records';

/** How long an evaluator's report is valid (ms): it repeats the report meanwhile, and a stopped evaluator does not. */
const VALID_MS = 10_000;

/**
 * Over Kafka: reads which partitions of other processes' evaluators are full, so that the receivers here make their senders wait (docs/decisions/0007). Every
 * ingest reads the whole topic, from its end on, and commits nothing.
 */
@Injectable()
export class FullPartitionsListener implements OnApplicationBootstrap {
  private readonly forgets = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly log: Log,
    private readonly fullPartitions: FullPartitions,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly shutdown: Shutdown,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.configuration.kafka.brokers.length > 0) await this.start();
  }

  /** @param holds milliseconds until an evaluator's report expires */
  async start(holds = VALID_MS): Promise<void> {
    const subscription = await this.log.subscribe({
      topic: TOPICS.fullPartitions,
      group: `betrace-full-partitions-${process.pid}`,
      partitions: [0],
      listener: {
        assigned: async () => (await this.log.bounds(TOPICS.fullPartitions, 0)).end,
        records: async ({ records }: RecordBatch) => {
          for (const record of records) this.receive(record, holds);
        },
        revoked: async () => {},
        failed: (error) => this.logger.warn({ err: error }, 'cannot read which partitions are full; retrying'),
      },
    });
    this.shutdown.register('receive', 'full partitions', async () => {
      for (const timer of this.forgets.values()) clearTimeout(timer);
      await subscription.close();
    });
  }

  private receive({ value, offset }: LogRecord, holds: number): void {
    const record = readRecord(value);
    if (record === undefined) {
      this.logger.warn({ offset }, 'skipped a record that does not name full partitions');
      return;
    }
    const { evaluator, partitions } = record;
    clearTimeout(this.forgets.get(evaluator));
    this.forgets.delete(evaluator);
    this.fullPartitions.report(evaluator, partitions);
    if (partitions.length === 0) return;
    const forget = () => {
      this.forgets.delete(evaluator);
      this.fullPartitions.report(evaluator, []);
    };
    this.forgets.set(evaluator, setTimeout(forget, holds));
  }
}

function readRecord(value: Uint8Array): FullPartitionsRecord | undefined {
  try {
    const record = JSON.parse(Buffer.from(value).toString('utf8')) as Partial<FullPartitionsRecord> | null;
    if (typeof record?.evaluator !== 'string' || !Array.isArray(record.partitions)) return undefined;
    return { evaluator: record.evaluator, partitions: record.partitions.filter((one) => Number.isInteger(one)) };
  } catch {
    return undefined;
  }
}
