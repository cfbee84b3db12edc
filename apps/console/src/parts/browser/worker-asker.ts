/** A request to a worker, with the number that its answer repeats. */
export interface WorkerRequest<Task> {
  readonly id: number;
  readonly task: Task;
}

/** The answer: a result, or the message of an error. */
export interface WorkerAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly defect?: string;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** Asks a worker, so that long work does not stop the page. The first request starts it; after a failure the next one starts another. */
export class WorkerAsker<Task> {
  private worker: Worker | undefined;
  private asked = 0;
  private readonly waiting = new Map<number, Waiting>();

  /** @param missing the message of the error if the worker cannot be loaded */
  constructor(
    private readonly start: () => Worker,
    private readonly missing: string,
  ) {}

  /** Rejects with the worker's error, or when it cannot be loaded. */
  ask<Result>(task: Task): Promise<Result> {
    return new Promise((resolve, reject) => {
      const id = ++this.asked;
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.started().postMessage({ id, task } satisfies WorkerRequest<Task>);
    });
  }

  private started(): Worker {
    if (this.worker !== undefined) return this.worker;
    const worker = this.start();
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => this.hear(data));
    worker.addEventListener('error', () => this.fail(worker));
    this.worker = worker;
    return worker;
  }

  private hear({ id, result, defect }: WorkerAnswer): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (defect === undefined) waiting?.resolve(result as never);
    else waiting?.reject(new Error(defect));
  }

  private fail(worker: Worker): void {
    worker.terminate();
    if (this.worker === worker) this.worker = undefined;
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of all) reject(new Error(this.missing));
  }
}

/** The worker's side: answers each request. */
export function answerRequests<Task>(answer: (task: Task) => unknown): void {
  const tell = (each: WorkerAnswer): void => postMessage(each);
  addEventListener('message', ({ data: { id, task } }: MessageEvent<WorkerRequest<Task>>) => {
    Promise.resolve(task)
      .then(answer)
      .then(
        (result) => tell({ id, result }),
        (error: unknown) => tell({ id, defect: error instanceof Error ? error.message : String(error) }),
      );
  });
}
