import { ApiError } from '../api-error.js';

export interface ConcurrencyLimits {
  /** Maximum of concurrent answers of this process. */
  readonly all: number;
  /** Maximum for one key, or one address if no key is needed, so that no caller takes all places. */
  readonly ofOne: number;
}

/** Limits the long-running answers of this process, in total and per caller. */
export class ConcurrencyLimit {
  private taken = 0;
  private readonly takenBy = new Map<string, number>();

  constructor(
    private readonly code: 'BT_API_TOO_MANY_STREAMS' | 'BT_API_TOO_MANY_EXPORTS',
    private readonly limits: ConcurrencyLimits,
  ) {}

  /** Takes a place until the client is `gone` or the returned function is called. Throws the problem `code` (429) without a free place. */
  take(caller: string, gone: AbortSignal): () => void {
    const { all, ofOne } = this.limits;
    if (this.taken >= all) throw new ApiError(this.code, { limit: all, whose: 'of this process' });
    if ((this.takenBy.get(caller) ?? 0) >= ofOne) throw new ApiError(this.code, { limit: ofOne, whose: 'of one key or address' });
    this.count(caller, 1);
    let left = false;
    const leave = (): void => {
      if (!left) this.count(caller, -1);
      left = true;
    };
    // An aborted signal emits no event.
    if (gone.aborted) leave();
    else gone.addEventListener('abort', leave, { once: true });
    return leave;
  }

  private count(caller: string, by: 1 | -1): void {
    this.taken += by;
    const ofCaller = (this.takenBy.get(caller) ?? 0) + by;
    if (ofCaller > 0) this.takenBy.set(caller, ofCaller);
    else this.takenBy.delete(caller);
  }
}
