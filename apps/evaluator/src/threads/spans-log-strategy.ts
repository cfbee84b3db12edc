import { Injectable } from '@nestjs/common';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { Shutdown } from '#platform';
import type { EvaluatorThread, ThreadEvents } from './evaluator-thread.js';
import { ThreadPool } from './thread-pool.js';

/** `starting` until every thread has joined the spans log, and again while one that ended by a defect is replaced. */
export type SpansLogStatus = 'starting' | 'evaluating' | 'stopped';

/**
 * Nest's transport for the evaluator: the spans log. Listening joins the log with every thread. Closing commits the partitions and hands them back. Unlike
 * Nest's own Kafka transport it does not dispatch records to handlers one by one. A partition's records are judged in order in the thread that owns it. Its
 * position stays below the oldest trace that may still change (docs/architecture.md, invariant 3).
 */
@Injectable()
export class SpansLogStrategy extends Server<ThreadEvents, SpansLogStatus> implements CustomTransportStrategy {
  override readonly transportId = Symbol('spans-log');
  private evaluating = new Set<string>();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly threads: ThreadPool,
    private readonly shutdown: Shutdown,
  ) {
    super();
  }

  /** Calls back when the threads are started; they join the log by themselves, with retries. */
  listen(callback: (error?: unknown) => void): void {
    // Senders and the log's threads stop in stages; Nest would close its transports after all of them.
    this.shutdown.register('evaluate', 'evaluator threads', () => this.close());
    this.setStatus('starting');
    this.on('ready', (name) => {
      this.evaluating.add(name);
      if (!this.closing && this.evaluating.size === this.unwrap().length) this.setStatus('evaluating');
    });
    this.on('ended', (name) => {
      this.evaluating.delete(name);
      if (!this.closing) this.setStatus('starting');
    });
    try {
      this.threads.start();
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  /** Resolves when every thread has finished its batches, committed, and left the log; closing twice waits for the same end. */
  override close(): Promise<void> {
    this.closing ??= this.threads.stop(this.shutdown.forGood).then(() => this.setStatus('stopped'));
    return this.closing;
  }

  /** `ready`: the thread of that name evaluates; `ended`: it stopped. */
  override on<Event extends keyof ThreadEvents>(event: Event, callback: ThreadEvents[Event]): void {
    this.threads.on(event, callback);
  }

  /** The threads behind it. */
  override unwrap<T = readonly EvaluatorThread[]>(): T {
    return this.threads.running as T;
  }

  private setStatus(status: SpansLogStatus): void {
    this._status$.next(status);
    this.logger.log(`spans log: ${status}`);
  }
}
