import { Worker } from 'node:worker_threads';
import { jsonProblem } from '#platform';
import { Deadline } from '#waiting';
import { ApiError } from '../api-error.js';
import { CarriedProblem } from './carried-problem.js';
import type { ExpressionSettings, ExpressionTask, FromExpressionThread, ResultOf } from './expression-task.js';

/** Exists only in the build. */
const EXPRESSION_THREAD = new URL('./thread.js', import.meta.url);

/** Another path of the thread's entry, for specs, which run the sources. */
export const EXPRESSION_THREAD_ENTRY = Symbol('expression thread entry');

/** Default timeout (ms) of a thread's start. */
const START_TIMEOUT_MS = 30_000;
/** A thread that is idle for this long (ms) ends, to free its memory. */
const MAX_IDLE_MS = 60_000;
const MEMORY = 512;

export interface ExpressionThreadsOptions extends ExpressionSettings {
  readonly threads: number;
  /** Maximum of waiting tasks; further ones are refused. */
  readonly queue: number;
  /** Timeout of a task, in milliseconds. */
  readonly deadline: number;
  /** Maximum memory of a thread in MiB; default 512. */
  readonly memory?: number;
  /** Timeout of a thread's start, in milliseconds; default 30 s. */
  readonly startTimeout?: number;
  readonly entry?: URL;
}

interface Job {
  readonly task: ExpressionTask;
  readonly resolve: (result: ResultOf[keyof ResultOf]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Threads for users' expressions, each of which runs one task at a time. A task that times out ends with its thread, which is replaced: nothing else stops a
 * computation that checks no clock.
 */
export class ExpressionThreads {
  private readonly waiting: Job[] = [];
  private readonly threads = new Set<ExpressionThread>();
  private stopped = false;

  constructor(private readonly options: ExpressionThreadsOptions) {}

  /** Rejects the task's errors; BT_API_EXPRESSION_TIMEOUT, _MEMORY (422), BT_API_EXPRESSIONS_BUSY (429), or _NOT_STARTED (503). */
  run<T extends ExpressionTask>(task: T): Promise<ResultOf[T['kind']]> {
    return new Promise((resolve, reject) => {
      if (this.stopped) return reject(new ApiError('BT_API_STOPPING', {}));
      const job: Job = { task, resolve: resolve as Job['resolve'], reject };
      const idle = [...this.threads].find((thread) => !thread.busy);
      if (idle) return idle.take(job);
      if (this.threads.size < this.options.threads) return this.open(job);
      if (this.waiting.length >= this.options.queue)
        return reject(new ApiError('BT_API_EXPRESSIONS_BUSY', { waiting: this.waiting.length }));
      this.waiting.push(job);
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const { reject } of this.waiting.splice(0)) reject(new ApiError('BT_API_STOPPING', {}));
    await Promise.all([...this.threads].map((thread) => thread.end(new ApiError('BT_API_STOPPING', {}))));
  }

  private open(job: Job): void {
    const thread = new ExpressionThread(this.options, {
      free: () => {
        const next = this.waiting.shift();
        if (next) thread.take(next);
      },
      ended: () => {
        this.threads.delete(thread);
        const next = this.waiting.shift();
        if (next) this.open(next);
      },
    });
    this.threads.add(thread);
    thread.take(job);
  }
}

interface ThreadEvents {
  /** Called when it is idle. */
  readonly free: () => void;
  /** Called when it accepts no more tasks. */
  readonly ended: () => void;
}

class ExpressionThread {
  private readonly worker: Worker;
  private job: Job | undefined;
  private phase = 'starting';
  private deadline: Deadline | undefined;
  private ready = false;
  private over = false;

  constructor(
    private readonly options: ExpressionThreadsOptions,
    private readonly events: ThreadEvents,
  ) {
    const { entry = EXPRESSION_THREAD, maxLength, evaluationTimeout, memory: limit = MEMORY } = options;
    const workerData: ExpressionSettings = { maxLength, evaluationTimeout };
    this.worker = new Worker(entry, { workerData, name: 'expressions', resourceLimits: { maxOldGenerationSizeMb: limit } });
    this.worker.on('message', (message: FromExpressionThread) => this.receive(message));
    this.worker.on('error', (error: NodeJS.ErrnoException) => {
      const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      void this.end(memory ? new ApiError('BT_API_EXPRESSION_MEMORY', { phase: this.phase, limit }) : error);
    });
    this.worker.on('exit', (code) => void this.end(new Error(`an expression thread ended with code ${code}`)));
  }

  get busy(): boolean {
    return this.job !== undefined;
  }

  take(job: Job): void {
    this.job = job;
    this.worker.ref();
    this.deadline?.clear();
    if (this.ready) this.begin(job);
    else {
      const { startTimeout: milliseconds = START_TIMEOUT_MS } = this.options;
      this.limit(milliseconds, () => new ApiError('BT_API_EXPRESSIONS_NOT_STARTED', { milliseconds }));
    }
  }

  /** Ends the thread, and rejects its task. */
  async end(error: unknown): Promise<void> {
    if (this.over) return;
    this.over = true;
    this.deadline?.clear();
    this.job?.reject(error);
    this.events.ended();
    await this.worker.terminate();
  }

  private begin(job: Job): void {
    const { deadline } = this.options;
    this.phase = 'beginning';
    this.limit(deadline, () => new ApiError('BT_API_EXPRESSION_TIMEOUT', { phase: this.phase, deadline }));
    this.worker.postMessage(job.task);
  }

  private limit(milliseconds: number, late: () => Error): void {
    this.deadline?.clear();
    this.deadline = new Deadline(milliseconds, () => void this.end(late()));
  }

  private receive(message: FromExpressionThread): void {
    if (this.over) return;
    const { job } = this;
    if (message.type === 'ready') {
      this.ready = true;
      if (job) this.begin(job);
    } else if (message.type === 'phase') this.phase = message.phase;
    else if (job) {
      if (message.type === 'done') job.resolve(message.result);
      else job.reject(errorOf(message, job.task));
      this.rest();
    }
  }

  private rest(): void {
    this.job = undefined;
    this.worker.unref();
    this.deadline?.clear();
    this.deadline = new Deadline(MAX_IDLE_MS, () => void this.end(new Error('idle'))).unref();
    this.events.free();
  }
}

function errorOf(message: Extract<FromExpressionThread, { type: 'refused' | 'no-json' | 'defect' }>, task: ExpressionTask): Error {
  if (message.type === 'refused') return new CarriedProblem(message.error);
  if (message.type === 'defect') return message.error;
  const text = task.kind === 'try' ? new TextDecoder().decode(task.body) : '';
  return jsonProblem(text, new Error(message.message));
}
