import type { ViolationFilter } from '#store';
import { ApiError } from '../../api-error.js';

export interface SearchLimits {
  /** Maximum of concurrent reads. */
  readonly running: number;
  /** Maximum of waiting reads; further ones are refused. */
  readonly waiting: number;
}

/** `count`: reads index entries, or the rows of a period, for each violation. `search`: reads the rows of all, because no index serves a text. */
export type LongRead = 'count' | 'search';

/** The kind of read for a complete count of a filter. */
export function countOf({ text }: Pick<ViolationFilter, 'text'>): LongRead {
  return text === undefined ? 'count' : 'search';
}

/**
 * Limits requests that may read every violation. The store reads in blocks, so that short reads run in between. Few long reads run at once, because each
 * waiting block delays a short read. The others wait here, and are dropped when their clients leave. Counts do not wait for searches.
 */
export class Searches {
  private readonly queues: Readonly<Record<LongRead, SearchQueue>>;
  private stopped = false;

  constructor(limits: Readonly<Record<LongRead, SearchLimits>>) {
    this.queues = { count: new SearchQueue(limits.count), search: new SearchQueue(limits.search) };
  }

  /**
   * The result of `read`: at once unless it is long, else in turn. Rejects its error; BT_API_SEARCHES_BUSY (429); BT_API_STOPPING (503); BT_API_CLIENT_GONE
   * (499), which no client receives, if the client is `gone` before its turn.
   */
  async run<T>(gone: AbortSignal, long: LongRead | undefined, read: () => Promise<T>): Promise<T> {
    if (long === undefined) return read();
    if (this.stopped) throw new ApiError('BT_API_STOPPING', {});
    if (gone.aborted) throw new ApiError('BT_API_CLIENT_GONE', {});
    return this.queues[long].run(gone, read);
  }

  /** Refuses waiting reads, so that the process can stop. */
  stop(): void {
    this.stopped = true;
    for (const queue of Object.values(this.queues)) queue.stop();
  }
}

class SearchQueue {
  private readonly waiting = new Set<{ readonly run: () => void; readonly refuse: (error: ApiError) => void }>();
  private running = 0;

  constructor(private readonly limits: SearchLimits) {}

  async run<T>(gone: AbortSignal, read: () => Promise<T>): Promise<T> {
    if (this.running < this.limits.running) this.running++;
    else await this.turn(gone);
    try {
      return await read();
    } finally {
      this.next();
    }
  }

  stop(): void {
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
