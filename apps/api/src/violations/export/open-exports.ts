import { ConcurrencyLimit, type ConcurrencyLimits } from '../../request/concurrency-limit.js';

/** Maximum of concurrent exports and evidence packs: each encodes pages on the thread that receives spans. */
const LIMITS: ConcurrencyLimits = { all: 8, ofOne: 4 };
/** How long (ms) a client may take nothing before its export ends, to free its place. */
const MAX_STALL_MS = 60_000;

export interface ExportRequest<T> {
  /** The caller's key or address. */
  readonly caller: string;
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal;
  /** Reads the first page. */
  readonly begin: () => Promise<AsyncGenerator<T>>;
  /** Ends the answer whose client takes nothing for a minute. */
  readonly stalled: (error: Error) => void;
}

/** The running exports. */
export class OpenExports {
  private readonly open: ConcurrencyLimit;

  constructor(
    limits = LIMITS,
    private readonly stall = MAX_STALL_MS,
  ) {
    this.open = new ConcurrencyLimit('BT_API_TOO_MANY_EXPORTS', limits);
  }

  /** Runs an export. Its place is released when all parts are taken, or the client is gone. Throws BT_API_TOO_MANY_EXPORTS (429), or the error of `begin`. */
  async run<T>({ caller, gone, begin, stalled }: ExportRequest<T>): Promise<AsyncGenerator<T>> {
    const leave = this.open.take(caller, gone);
    try {
      const parts = await begin();
      return this.timed(parts, leave, stalled);
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async *timed<T>(parts: AsyncGenerator<T>, leave: () => void, stalled: (error: Error) => void): AsyncGenerator<T> {
    let timer: NodeJS.Timeout | undefined;
    try {
      for await (const part of parts) {
        timer = setTimeout(() => stalled(new Error(`the client took nothing for ${this.stall / 1_000} s`)), this.stall);
        yield part;
        clearTimeout(timer);
      }
    } finally {
      clearTimeout(timer);
      leave();
    }
  }
}
