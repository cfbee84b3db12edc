import type { PartitionEngine } from '#engine';
import type { Measurements } from './measurements.js';

/** The metrics of the state of one partition. */
export class PartitionGauges {
  private reportedAhead = true;
  private retriesForgotten = 0;

  constructor(
    private readonly label: { readonly partition: string },
    private readonly engine: PartitionEngine,
    private readonly measurements: Measurements,
  ) {}

  /** The rule set in force. */
  epoch(): void {
    this.measurements.set('epoch', this.label, this.engine.epoch);
  }

  /** @param ahead how many ms log time is ahead of this machine's clock */
  report(ahead: number): void {
    const { measurements, engine, label } = this;
    measurements.set('tracesOpen', label, engine.openTraces);
    measurements.set('traceMemory', label, engine.memory);
    measurements.set('retryMemory', label, engine.retries.bytes);
    measurements.count('retriesForgotten', {}, engine.retries.dropped - this.retriesForgotten);
    this.retriesForgotten = engine.retries.dropped;
    this.ahead(ahead);
  }

  ahead(ahead: number): void {
    if (ahead > 0 || this.reportedAhead) this.measurements.set('logTimeAhead', this.label, ahead / 1_000);
    this.reportedAhead = ahead > 0;
  }
}
