import { ApiError } from './api-error.js';

export interface ConcurrencyLimits {
  /** Answers of this process at once. */
  readonly all: number;
  /** Of one key, or of one address where no key is wanted: nobody takes all places. */
  readonly ofOne: number;
}

/** How many answers that stay open for long there are at once, in this process and for each caller. */
export class ConcurrencyLimit {
  private taken = 0;
  private readonly takenBy = new Map<string, number>();

  constructor(
    private readonly code: 'BT_API_TOO_MANY_STREAMS' | 'BT_API_TOO_MANY_EXPORTS',
    private readonly limits: ConcurrencyLimits,
  ) {}

  /** Takes a place until the answer's client is `gone` or the result is called. Throws the problem `code` (429) when there is none. */
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
    // A signal that was aborted before says nothing any more.
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
