import type { Diagnostic } from '#ui/api/types';
import type { Vocabulary } from '#ui/editor/dsl-language';

interface Results {
  readonly check: readonly Diagnostic[];
  readonly format: string | undefined;
  readonly vocabulary: Vocabulary;
}
type Kind = keyof Results;

export interface CheckerTask {
  readonly id: number;
  readonly kind: Kind;
  readonly text: string;
}

export interface CheckerAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly defect?: string;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** The language's checker in a worker, so that a long text does not block typing. The first request starts it. */
class Checker {
  private worker: Worker | undefined;
  private asked = 0;
  private readonly waiting = new Map<number, Waiting>();

  /** Rejects when the worker cannot be loaded. */
  ask<K extends Kind>(kind: K, text = ''): Promise<Results[K]> {
    return new Promise((resolve, reject) => {
      const id = ++this.asked;
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.started().postMessage({ id, kind, text } satisfies CheckerTask);
    });
  }

  private started(): Worker {
    if (this.worker !== undefined) return this.worker;
    const worker = new Worker(new URL('./checker-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<CheckerAnswer>) => this.hear(data));
    worker.addEventListener('error', () => this.fail(worker));
    this.worker = worker;
    return worker;
  }

  private hear({ id, result, defect }: CheckerAnswer): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (defect === undefined) waiting?.resolve(result as never);
    else waiting?.reject(new Error(defect));
  }

  /** The next request starts another worker. */
  private fail(worker: Worker): void {
    worker.terminate();
    if (this.worker === worker) this.worker = undefined;
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of all) reject(new Error('the checker could not be loaded'));
  }
}

export const checker = new Checker();
