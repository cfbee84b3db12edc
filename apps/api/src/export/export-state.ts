import type { Logger, Metrics } from '#platform';
import { REFUSAL_KINDS, type Refusal } from '../delivery/refusal.js';
import type { API_METRICS } from '../metrics.js';

/** Why violations are not exported now, by partition: for readiness, for the log (once per outage), and for metrics. */
export class ExportState {
  private readonly failures = new Map<number | undefined, { readonly configuration: boolean; readonly message: string }>();

  constructor(
    private readonly address: string,
    private readonly metrics: Metrics<typeof API_METRICS>,
    private readonly logger: Logger,
  ) {
    for (const kind of REFUSAL_KINDS) metrics.exportFailures.inc({ kind }, 0);
  }

  /** `ok`; `configuration: …` if a setting must be changed; `retrying: …` if the failure is transient. */
  state(): string {
    const all = [...this.failures.values()];
    const failure = all.find(({ configuration }) => configuration) ?? all[0];
    if (failure === undefined) return 'ok';
    return `${failure.configuration ? 'configuration' : 'retrying'}: ${failure.message}`;
  }

  /** A call with violations of these partitions failed, and is repeated after `pause` ms. */
  waits(partitions: readonly number[], { kind, reason, message: answer }: Refusal, pause: number): void {
    const message = `${this.address}: ${answer}`;
    this.metrics.exportFailures.inc({ kind });
    const configuration = kind === 'configuration';
    const isKnown = partitions.every((partition) => this.failures.get(partition)?.configuration === true);
    const level = this.failures.size === 0 || (configuration && !isKnown) ? 'warn' : 'debug';
    for (const partition of partitions) this.failures.set(partition, { configuration, message });
    const advice = configuration ? 'the configuration of the export is wrong' : 'the OTLP endpoint did not accept violations';
    this.logger[level]({ partitions, reason, answer, retry_in_ms: pause }, `${advice}; they wait in the log: ${message}`);
  }

  /** The log or the store failed, not the endpoint. */
  broken(error: Error, partition: number | undefined): void {
    this.failures.set(partition, { configuration: false, message: error.message });
  }

  works(partition: number): void {
    const failed = this.failures.delete(partition);
    if (failed && this.failures.size === 0) this.logger.info('exporting violations again');
  }

  forget(partition: number | undefined): void {
    this.failures.delete(partition);
  }
}
