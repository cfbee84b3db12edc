import { Worker } from 'node:worker_threads';
import type { ThreadAnswer, ThreadFailure, ThreadRequest, ThreadResult, ThreadSettings } from './thread-message.js';

/** The thread of a connection ended unexpectedly: the result of its statement is unknown, and its transaction is rolled back. */
export class ThreadEnded extends Error {
  constructor(reason: string) {
    super(`the thread of the database ended (${reason})`);
    this.name = 'ThreadEnded';
  }
}

interface Waiting {
  readonly resolve: (result: ThreadResult) => void;
  readonly reject: (error: Error) => void;
}

/** A connection to SQLite in a thread of its own, with an asynchronous interface. */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #stopped: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #ended: ThreadEnded | undefined;

  constructor(settings: ThreadSettings, entry: URL) {
    this.#worker = new Worker(entry, { workerData: settings, name: settings.reads ? 'betrace-store-reader' : 'betrace-store-writer' });
    let reason = 'by itself';
    this.#worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    this.#stopped = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#ended = new ThreadEnded(reason);
        for (const { reject } of this.#waiting.values()) reject(this.#ended);
        this.#waiting.clear();
        resolve();
      });
    });
  }

  /** The number of statements without an answer. */
  get waiting(): number {
    return this.#waiting.size;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Rejects an error with the members of SQLite's error, or a ThreadEnded. */
  query(sql: string, parameters: readonly unknown[]): Promise<ThreadResult> {
    return this.#ask((id) => ({ kind: 'query', id, sql, parameters }));
  }

  /** Rolls the transaction back, if there still is one. */
  async rollback(): Promise<void> {
    await this.#ask((id) => ({ kind: 'rollback', id }));
  }

  /** Resolves when all earlier statements are answered and the connection is closed. */
  close(): Promise<void> {
    if (!this.ended) this.#worker.postMessage({ kind: 'close' } satisfies ThreadRequest);
    return this.#stopped;
  }

  /** Ends the thread at once, like a crash. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(request: (id: number) => ThreadRequest): Promise<ThreadResult> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      try {
        this.#worker.postMessage(request(id));
      } catch (error) {
        // A parameter that cannot be sent to a thread.
        this.#waiting.delete(id);
        reject(error as Error);
      }
    });
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('result' in answer) waiting?.resolve(answer.result);
    else waiting?.reject(errorOf(answer.failure));
  }
}

function errorOf({ message, code, errcode }: ThreadFailure): Error {
  const members = { ...(code === undefined ? {} : { code }), ...(errcode === undefined ? {} : { errcode }) };
  return Object.assign(new Error(message), members);
}
