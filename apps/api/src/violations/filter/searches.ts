import type { ViolationFilter } from '#store';
import { ApiError } from '../../api-error.js';

export interface SearchLimits {
  /** Searches that run at the same time. */
  readonly running: number;
  /** Searches that wait for these; more are refused. */
  readonly waiting: number;
}

/** Whether a count may have to read every violation in the filter's time: no index answers for a part of a text. */
export function isSearch(filter: Pick<ViolationFilter, 'text'>): boolean {
  return filter.text !== undefined;
}

/**
 * Requests whose statements may read every violation. A statement that runs in SQLite cannot be stopped. So few run at the same time, which leaves
 * connections for short reads; the others wait here, where one is dropped when its client goes away.
 */
export class Searches {
  private readonly waiting = new Set<{ readonly run: () => void; readonly refuse: (error: ApiError) => void }>();
  private running = 0;
  private stopped = false;

  constructor(private readonly limits: SearchLimits) {}

  /**
   * The result of `read`: at once unless it is a search (`isSearch`), else when its turn has come. Rejects with its error; BT_API_SEARCHES_BUSY (429);
   * BT_API_STOPPING (503); BT_API_CLIENT_GONE (499), which nobody receives, if the client is `gone` before its turn.
   */
  async run<T>(gone: AbortSignal, searches: boolean, read: () => Promise<T>): Promise<T> {
    if (!searches) return read();
    if (this.stopped) throw new ApiError('BT_API_STOPPING', {});
    if (gone.aborted) throw new ApiError('BT_API_CLIENT_GONE', {});
    if (this.running < this.limits.running) this.running++;
    else await this.turn(gone);
    try {
      return await read();
    } finally {
      this.next();
    }
  }

  /** Refuses those that wait, so that the process can stop. */
  stop(): void {
    this.stopped = true;
    for (const { refuse } of this.waiting) refuse(new ApiError('BT_API_STOPPING', {}));
    this.waiting.clear();
  }

  private turn(gone: AbortSignal): Promise<void> {
    const { size } = this.waiting;
    if (size >= this.limits.waiting) return Promise.reject(new ApiError('BT_API_SEARCHES_BUSY', { waiting: size }));
    return new Promise((resolve, reject) => {
      const one = { run: resolve, refuse: reject };
      this.waiting.add(one);
      gone.addEventListener('abort', () => {
        if (this.waiting.delete(one)) reject(new ApiError('BT_API_CLIENT_GONE', {}));
      });
    });
  }

  private next(): void {
    const [first] = this.waiting;
    if (first === undefined) {
      this.running--;
      return;
    }
    this.waiting.delete(first);
    first.run();
  }
}
