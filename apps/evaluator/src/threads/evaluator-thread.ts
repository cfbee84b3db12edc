import { Worker } from 'node:worker_threads';
import type { Gauge } from 'prom-client';
import {
  type BoundedLabel,
  Degraded,
  type EvaluatedSpans,
  type FullPartitions,
  Lag,
  type Logger,
  type Metrics,
  type Tracing,
} from '#platform';
import { withDeadline } from '#waiting';
import { type EVALUATOR_METRICS, PARTITION_GAUGES } from '../metrics.js';
import type { LogTimeAhead } from '../partition/evaluator.js';
import type { RuleSeries } from '../rules/rule-series.js';
import type { EvaluatorSettings } from '../settings.js';
import { recordMeasurements } from './record-measurements.js';
import type { RuleErrorLogger } from './rule-error-logger.js';
import type { FromThread, ToThread } from './thread-messages.js';

/** Exists in the build only. */
const ENTRY = new URL('./thread.js', import.meta.url);

/** Maximum silence (ms) of a live thread: a batch with heavy rules may take a while. */
const MAX_SILENCE_MS = 30_000;
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 10_000;
/** A thread that ran this long (ms) resets the back-off. */
const RESET_AFTER_MS = 60_000;

/** Milliseconds between two warnings about a wrong clock, which persists for a while. */
const WARNING_INTERVAL_MS = 60_000;

function aheadOf({ partition, seconds }: LogTimeAhead): string {
  const time = `the log's time of partition ${partition} is ${Math.round(seconds)} s ahead of this machine's clock`;
  return `${time}: a clock was ahead, or a producer gave timestamps (Kafka: message.timestamp.type); traces may close late`;
}

/** The events of a thread, each with its name. */
export type ThreadEvents = {
  readonly ready: (thread: string) => void;
  readonly ended: (thread: string) => void;
};

/** The receivers of a thread's messages. */
export interface ThreadTools {
  readonly metrics: Metrics<typeof EVALUATOR_METRICS>;
  /** Shared by all threads, like the two below. */
  readonly ruleSeries: RuleSeries;
  readonly services: BoundedLabel;
  readonly logger: Logger;
  readonly tracing: Pick<Tracing, 'record'>;
  readonly fullPartitions: Pick<FullPartitions, 'report'>;
  /** Shared by all threads, because a rule fails in each of them. */
  readonly ruleErrors: Pick<RuleErrorLogger, 'report'>;
  readonly events: { emit(event: keyof ThreadEvents, thread: string): unknown };
}

/** One evaluator thread, started again with back-off when it ends by a defect. */
export class EvaluatorThread {
  /** Its position in the spans log. */
  readonly lag = new Lag();
  private worker: Worker | undefined;
  private ready = false;
  /** Before its first evaluation a process counts as starting, and accepts nothing. */
  private everReady = false;
  private lastMessageAt = 0;
  private startedAt = 0;
  private defects = 0;
  private lastDefect: Error | undefined;
  private failure: string | undefined;
  private damaged = false;
  private expired: string | undefined;
  private full: readonly number[] = [];
  private ahead: LogTimeAhead | undefined;
  private warnedOfAhead = Number.NEGATIVE_INFINITY;
  private restart: NodeJS.Timeout | undefined;
  private stopping: PromiseWithResolvers<void> | undefined;
  /** The callers that wait for an account. */
  private asking: PromiseWithResolvers<EvaluatedSpans>[] = [];

  constructor(
    private readonly settings: EvaluatorSettings,
    private readonly tools: ThreadTools,
    private readonly entry: URL = ENTRY,
  ) {}

  start(): void {
    this.restart = undefined;
    this.startedAt = this.lastMessageAt = performance.now();
    const worker = new Worker(this.entry, { workerData: this.settings, name: this.settings.name });
    this.worker = worker;
    worker.on('message', (message: FromThread) => this.receive(message));
    worker.on('error', (error: Error) => {
      this.lastDefect = error;
    });
    worker.on('exit', (code) => this.ended(code));
  }

  /** Throws the reason when the thread does not evaluate (Degraded if other work continues); otherwise returns a notice for the operator. */
  check(): string | undefined {
    if (this.worker === undefined || !this.ready) {
      if (!this.everReady) throw new Error(this.lastDefect?.message ?? `${this.settings.name} is starting`);
      throw new Degraded(`${this.settings.name} is started again: ${this.lastDefect?.message ?? 'it ended'}`);
    }
    if (performance.now() - this.lastMessageAt > MAX_SILENCE_MS) throw new Degraded(`${this.settings.name} does not answer`);
    if (this.failure !== undefined) throw this.damaged ? new Error(this.failure) : new Degraded(this.failure);
    const states = [
      ...(this.full.length === 0 ? [] : [`no memory for more traces in partition ${this.full.join(', ')}: senders wait`]),
      ...(this.expired === undefined ? [] : [this.expired]),
      ...(this.ahead === undefined ? [] : [aheadOf(this.ahead)]),
    ];
    return states.join('; ') || undefined;
  }

  /** The account of its partitions' spans, at an instant after the call; rejects when the thread does not answer within this many ms. */
  async account(milliseconds: number): Promise<EvaluatedSpans> {
    const { name } = this.settings;
    if (this.worker === undefined || !this.ready) throw new Error(`${name} does not evaluate at present`);
    const pending = Promise.withResolvers<EvaluatedSpans>();
    this.asking.push(pending);
    this.worker.postMessage({ type: 'account' } satisfies ToThread);
    return withDeadline(pending.promise, milliseconds, () => new Error(`${name} does not answer with the account of its spans`));
  }

  /** Resolves when the thread has committed and ended. */
  async stop(forGood = false): Promise<void> {
    clearTimeout(this.restart);
    if (this.worker === undefined) return;
    this.stopping = Promise.withResolvers();
    this.worker.postMessage({ type: 'stop', forGood } satisfies ToThread);
    await this.stopping.promise;
  }

  private receive(message: FromThread): void {
    const { logger } = this.tools;
    const thread = this.settings.name;
    this.lastMessageAt = performance.now();
    if (message.type === 'ready') {
      this.ready = true;
      this.everReady = true;
      this.tools.events.emit('ready', thread);
    } else if (message.type === 'measured') {
      this.failure = message.failure;
      this.damaged = message.damaged;
      this.expired = message.expired;
      this.reportFull(message.full);
      this.noteAhead(message.ahead);
      this.note(message.positions);
      if (message.rules !== undefined) this.tools.ruleSeries.inForce(thread, message.rules);
      recordMeasurements(this.tools, message.measurements);
      void this.tools.ruleSeries.sweep();
      this.tools.ruleErrors.report(message.measurements);
    } else if (message.type === 'worked') this.tools.tracing.record(message.works);
    else if (message.type === 'account') {
      // In the order of the calls; one that timed out is answered, too.
      this.asking.shift()?.resolve(message.account);
    } else if (message.type === 'warn') logger.warn({ err: message.error, thread }, message.message);
    else if (message.type === 'log') logger[message.level]({ ...message.fields, thread }, message.message);
    // Connections that it still opens to a broker that hangs would keep it for longer.
    else if (message.type === 'stopped') void this.worker?.terminate();
  }

  private note(positions: readonly (readonly [number, number])[]): void {
    const present = new Map(positions);
    for (const partition of this.lag.partitions) if (!present.has(partition)) this.lag.forget(partition);
    for (const [partition, offset] of present) this.lag.at(partition, offset);
  }

  /** Removes the series of a thread's partitions. Lag stays where no other process can own the partition. */
  private forgetPartitions(): void {
    for (const partition of this.lag.partitions) {
      for (const gauge of PARTITION_GAUGES) (this.tools.metrics[gauge] as Gauge<string>).remove({ partition: String(partition) });
      if (this.settings.partitions === undefined) this.lag.forget(partition);
    }
  }

  private noteAhead(ahead: LogTimeAhead | undefined): void {
    this.ahead = ahead;
    const now = performance.now();
    if (ahead === undefined || now - this.warnedOfAhead < WARNING_INTERVAL_MS) return;
    this.warnedOfAhead = now;
    this.tools.logger.warn({ thread: this.settings.name, ...ahead }, aheadOf(ahead));
  }

  private reportFull(full: readonly number[]): void {
    this.full = full;
    this.tools.fullPartitions.report(this.settings.name, full);
  }

  private ended(code: number): void {
    this.worker = undefined;
    this.ready = false;
    for (const pending of this.asking.splice(0)) pending.reject(new Error(`${this.settings.name} ended`));
    this.forgetPartitions();
    // Its successor finds it again.
    this.reportFull([]);
    this.tools.events.emit('ended', this.settings.name);
    if (this.stopping) {
      this.stopping.resolve();
      return;
    }
    if (performance.now() - this.startedAt > RESET_AFTER_MS) this.defects = 0;
    const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.defects++);
    this.tools.metrics.threadRestarts.inc();
    const { name } = this.settings;
    this.tools.logger.error({ err: this.lastDefect, code, thread: name, retry_in_ms: pause }, 'an evaluator thread ended; restarting it');
    this.restart = setTimeout(() => this.start(), pause);
  }
}
