import { type Log, type RecordBatch, type Subscription } from '#messaging';
import type { Logger } from '#platform';
import {
  type ClosedTracesRecord,
  type RuleHealthRecord,
  type RuleStatusRecord,
  type RuleTypeFailure,
  type ShadowSample,
  type ShadowSamplesRecord,
  TOPICS,
} from '#records';
import type { StoredRule } from '#store';
import { EvaluationCounts } from './evaluation-counts.js';
import { KeptSamples } from './kept-samples.js';

/** The errors of a rule, over all partitions. */
export interface RuleStatus {
  readonly errors: number;
  readonly lastError: string;
  /** Unix milliseconds. */
  readonly lastErrorAt: number;
  /** Of the errors, those about a value of an unexpected type. */
  readonly typeFailures: readonly RuleTypeFailure[];
}

/** Follows the rule status log: each API reads all of it and commits nothing. */
export class RuleStatusFollower {
  /** By rule, then by reporting evaluator and partition. */
  private readonly statuses = new Map<string, Map<string, RuleStatusRecord>>();
  /** Counts of evaluations. */
  readonly evaluations = new EvaluationCounts();
  /** Samples of rules in shadow. */
  private readonly shadow = new KeptSamples();
  private subscription: Subscription | undefined;

  constructor(
    private readonly log: Log,
    private readonly logger: Logger,
    /** Receives the evaluators' records of closed traces; throws a TypeError for any other record. */
    private readonly closed: (record: ClosedTracesRecord) => void = () => undefined,
  ) {}

  async start(): Promise<void> {
    this.subscription = await this.log.subscribe({
      topic: TOPICS.ruleStatus,
      group: `betrace-rule-status-${process.pid}`,
      partitions: [0],
      listener: {
        assigned: async () => 0,
        records: async (batch) => this.take(batch),
        revoked: async () => {},
        failed: (error) => this.logger.warn({ err: error }, 'cannot read the rule status log; retrying'),
      },
    });
  }

  async stop(): Promise<void> {
    await this.subscription?.close();
  }

  /** The errors of the rule's current version; undefined without any. */
  of({ id, version }: Pick<StoredRule, 'id' | 'version'>): RuleStatus | undefined {
    const statuses = [...(this.statuses.get(id)?.values() ?? [])].filter(({ rule_version }) => rule_version === version);
    if (statuses.length === 0) return undefined;
    const last = statuses.reduce((a, b) => (b.last_error_at_ms > a.last_error_at_ms ? b : a));
    return {
      errors: statuses.reduce((sum, { errors }) => sum + errors, 0),
      lastError: last.last_error,
      lastErrorAt: last.last_error_at_ms,
      typeFailures: added(statuses.flatMap(({ type_failures = [] }) => type_failures)),
    };
  }

  /** The samples of a rule in shadow, newest first. */
  samplesOf(id: string): readonly ShadowSample[] {
    return this.shadow.of(id);
  }

  private take({ records }: RecordBatch): void {
    for (const { value, offset } of records) {
      try {
        const status = JSON.parse(Buffer.from(value).toString('utf8')) as
          | RuleStatusRecord
          | RuleHealthRecord
          | ShadowSamplesRecord
          | ClosedTracesRecord;
        if ('kind' in status) {
          if (status.kind === 'health') this.evaluations.take(status);
          else if (status.kind === 'shadow') this.shadow.take(status);
          else if (status.kind === 'traces') this.closed(status);
          // A kind of record of a later version: ignored.
          continue;
        }
        const partitions = this.statuses.get(status.rule_id) ?? new Map<string, RuleStatusRecord>();
        this.statuses.set(status.rule_id, partitions.set(`${status.source ?? ''}/${status.partition}`, status));
      } catch (error) {
        this.logger.warn({ err: error, offset }, 'skipped a record of the rule status log: not a rule status');
      }
    }
  }
}

/** Merges failures of one kind over all partitions, most frequent first. */
function added(failures: readonly RuleTypeFailure[]): readonly RuleTypeFailure[] {
  const byKind = new Map<string, RuleTypeFailure>();
  for (const failure of failures) {
    const kind = `${failure.error} ${failure.reading ?? ''}`;
    byKind.set(kind, { ...failure, count: failure.count + (byKind.get(kind)?.count ?? 0) });
  }
  return [...byKind.values()].sort((a, b) => b.count - a.count);
}
