import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { Deadline } from '#waiting';
import { ApiError } from '../api-error.js';
import type { CarriedError } from '../expressions/expression-task.js';
import { notFound } from '../not-found.js';
import type { PreviewProgressView, PreviewResultView } from './preview.dto.js';
import type { FromPreviewThread, PreviewSettings, PreviewTask, PreviewWork } from './preview-task.js';

/** Exists only in the build. */
const PREVIEW_THREAD = new URL('./thread.js', import.meta.url);

/** Another path of the thread's entry, for specs, which run the sources. */
export const PREVIEW_THREAD_ENTRY = Symbol('preview thread entry');

/** Maximum of waiting previews; further ones are refused. */
const MAX_WAITING = 8;
/** Maximum of finished previews that are kept, and for how long (ms). */
const MAX_KEPT = 20;
const KEPT_MS = 3_600_000;
/** MiB of a thread's heap. The traces that it keeps are extra, as much as in an evaluator. */
const HEAP_MIB = 512;

export type PreviewState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface PreviewJob {
  readonly id: string;
  readonly task: PreviewTask;
  readonly by: string;
  /** Unix ms. */
  readonly createdAt: number;
  readonly state: PreviewState;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly progress?: PreviewProgressView;
  readonly result?: PreviewResultView;
  readonly error?: CarriedError;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Entry {
  readonly job: Mutable<PreviewJob>;
  readonly ended: PromiseWithResolvers<void>;
  worker?: Worker;
  deadline?: Deadline;
}

export interface PreviewJobsOptions {
  readonly settings: () => PreviewSettings;
  /** Maximum of concurrent previews. */
  readonly concurrency: number;
  /** Timeout of a preview, in milliseconds. */
  readonly timeout: number;
  readonly now: () => number;
  readonly defect: (error: Error) => void;
  readonly entry?: URL | undefined;
}

/** Previews, each of which runs in a thread of its own. They end with the process; clients start them again. */
export class PreviewJobs {
  private readonly entries = new Map<string, Entry>();
  private stopped = false;

  constructor(private readonly options: PreviewJobsOptions) {}

  /** Throws BT_API_PREVIEWS_BUSY (429) when too many wait, and BT_API_STOPPING (503). */
  begin(task: PreviewTask, by: string): PreviewJob {
    if (this.stopped) throw new ApiError('BT_API_STOPPING', {});
    this.forget();
    const waiting = this.inState('queued').length;
    if (waiting >= MAX_WAITING) throw new ApiError('BT_API_PREVIEWS_BUSY', { waiting });
    const job: PreviewJob = { id: `preview-${randomUUID()}`, task, by, createdAt: this.options.now(), state: 'queued' };
    const ended = Promise.withResolvers<void>();
    this.entries.set(job.id, { job, ended });
    this.next();
    return job;
  }

  /** Newest first. */
  list(): readonly PreviewJob[] {
    this.forget();
    return [...this.entries.values()].map(({ job }) => job).reverse();
  }

  /** Throws BT_API_PREVIEW_NOT_FOUND. */
  get(id: string): PreviewJob {
    return this.entry(id).job;
  }

  /** Resolves when the preview ends, after this many ms, or when the client is gone. */
  async wait(id: string, milliseconds: number, gone: AbortSignal): Promise<PreviewJob> {
    const { job, ended } = this.entry(id);
    if (job.endedAt !== undefined || milliseconds === 0) return job;
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, milliseconds);
    gone.addEventListener('abort', () => over.resolve(), { once: true });
    await Promise.race([ended.promise, over.promise]);
    clearTimeout(timer);
    return job;
  }

  /** Ends a running preview, and deletes it. */
  async delete(id: string): Promise<void> {
    const entry = this.entry(id);
    this.entries.delete(id);
    await this.end(entry, 'cancelled');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.entries.values()].map((entry) => this.end(entry, 'cancelled')));
  }

  private entry(id: string): Entry {
    this.forget();
    const entry = this.entries.get(id);
    if (entry === undefined) throw notFound('BT_API_PREVIEW_NOT_FOUND', id);
    return entry;
  }

  private inState(state: PreviewState): Entry[] {
    return [...this.entries.values()].filter(({ job }) => job.state === state);
  }

  private forget(): void {
    const ended = [...this.entries.values()].filter(({ job }) => job.endedAt !== undefined);
    const since = this.options.now() - KEPT_MS;
    const gone = ended.filter(({ job }, i) => i < ended.length - MAX_KEPT || job.endedAt! < since);
    for (const { job } of gone) this.entries.delete(job.id);
  }

  private next(): void {
    const [entry] = this.inState('queued');
    if (entry === undefined || this.stopped || this.inState('running').length >= this.options.concurrency) return;
    this.start(entry);
    this.next();
  }

  private start(entry: Entry): void {
    const { settings, timeout, now, entry: file = PREVIEW_THREAD } = this.options;
    const { job } = entry;
    job.state = 'running';
    job.startedAt = now();
    const workerData: PreviewWork = { task: job.task, settings: settings() };
    const worker = new Worker(file, { workerData, name: job.id, resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } });
    entry.worker = worker;
    entry.deadline = new Deadline(timeout, () => this.fail(entry, new ApiError('BT_API_PREVIEW_TIMEOUT', { timeout: timeout / 1_000 })));
    worker.on('message', (message: FromPreviewThread) => this.receive(entry, message));
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') this.fail(entry, new ApiError('BT_API_PREVIEW_MEMORY', { limit: HEAP_MIB }));
      else this.defect(entry, error);
    });
    worker.on('exit', () => this.defect(entry, new Error('the thread of a preview ended without an answer')));
  }

  private receive(entry: Entry, message: FromPreviewThread): void {
    const { job } = entry;
    if (job.endedAt !== undefined) return;
    if (message.type === 'progress') job.progress = message.progress;
    else if (message.type === 'defect') this.defect(entry, message.error);
    else if (message.type === 'refused') this.fail(entry, message.error);
    else {
      job.result = message.result;
      const { cost, traces, matched_traces } = message.result;
      job.progress = { records: cost.records, records_read: cost.records, traces, matched_traces };
      void this.end(entry, 'done');
    }
  }

  private defect(entry: Entry, error: Error): void {
    if (entry.job.endedAt !== undefined) return;
    this.options.defect(error);
    this.fail(entry, new ApiError('BT_API_PREVIEW_FAILED', {}));
  }

  private fail(entry: Entry, { code, status, message }: CarriedError): void {
    if (entry.job.endedAt !== undefined) return;
    entry.job.error = { code, status, message };
    void this.end(entry, 'failed');
  }

  private async end(entry: Entry, state: PreviewState): Promise<void> {
    const { job, worker, deadline, ended } = entry;
    if (job.endedAt !== undefined) return;
    job.state = state;
    job.endedAt = this.options.now();
    deadline?.clear();
    ended.resolve();
    // A thread that has answered closes the log and ends by itself.
    if (state !== 'done') await worker?.terminate();
    this.next();
  }
}
