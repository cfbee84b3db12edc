import { Worker } from 'node:worker_threads';
import type { OutgoingRecord } from '../../log.js';
import { logProblem } from '../../problems.js';
import type { EmbeddedLogSettings } from '../../settings.js';
import { type AppendMessage, packAppends, type WriterAnswer, type WriterRequest } from './append-message.js';
import type { Writer } from './writer.js';

interface Waiting {
  readonly resolve: (offsets: readonly number[]) => void;
  readonly reject: (error: Error) => void;
}

/** The asynchronous side of the writer's thread: the event loop never waits for a disk. */
export class ThreadWriter implements Writer {
  #worker: Worker | undefined;
  #nextId = 0;
  readonly #waiting = new Map<number, Waiting>();
  /** Appends of this turn, sent in one message. */
  #outbox: AppendMessage[] = [];
  #closed = false;

  constructor(
    readonly settings: EmbeddedLogSettings,
    readonly entry: URL = new URL('./writer-thread.js', import.meta.url),
  ) {
    this.#worker = this.#start();
  }

  append(topic: string, records: readonly OutgoingRecord[]): Promise<readonly number[]> {
    return this.#ask((id) => {
      if (this.#outbox.push({ id, topic, records }) === 1) queueMicrotask(() => this.#flush());
    });
  }

  beat(): void {
    this.#worker?.postMessage({ kind: 'beat' } satisfies WriterRequest);
  }

  async check(): Promise<void> {
    await this.#ask((id) => this.#post({ kind: 'check', id }));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    const stopped = new Promise((resolve) => worker.once('exit', resolve));
    this.#post({ kind: 'close' });
    await stopped;
  }

  /** Ends the thread at once, like a crash. */
  async terminate(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(send: (id: number) => void): Promise<readonly number[]> {
    if (this.#closed) return Promise.reject(logProblem('BT_LOG_CLOSED'));
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  #flush(): void {
    if (this.#outbox.length === 0) return;
    const request = packAppends(this.#outbox);
    this.#outbox = [];
    this.#post(request, [request.bytes]);
  }

  #post(request: WriterRequest, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(request, transfer);
  }

  #start(): Worker {
    const worker = new Worker(this.entry, { workerData: this.settings, name: 'betrace-log-writer' });
    let reason = 'it ended by itself';
    worker.on('message', (answers: readonly WriterAnswer[]) => {
      for (const answer of answers) this.#settle(answer);
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      // The append in progress may or may not be in the log. The next append starts another thread.
      const problem = this.#closed ? logProblem('BT_LOG_CLOSED') : logProblem('BT_LOG_WRITER_STOPPED', { reason });
      for (const { reject } of this.#waiting.values()) reject(problem);
      this.#waiting.clear();
    });
    return worker;
  }

  #settle(answer: WriterAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('offsets' in answer) waiting?.resolve(answer.offsets);
    else waiting?.reject(logProblem(answer.code, answer.values));
  }
}
