import { ApiError } from '../../api-error.js';

/** Exports that a process answers at once: each encodes pages on the thread that receives spans. */
const MAX_EXPORTS = 8;
/** Milliseconds after which an export ends whose client takes nothing: its place is given to another. */
const STALL = 60_000;

/** The exports that are being answered. */
export class OpenExports {
  private open = 0;

  constructor(
    private readonly max = MAX_EXPORTS,
    private readonly stall = STALL,
  ) {}

  /**
   * Runs an export: `begin` reads its first page. The place is given back when all parts were taken, or the client is `gone`. A client that takes nothing for a
   * minute is `stalled`, which has to end the answer. Throws BT_API_TOO_MANY_EXPORTS (429), or what `begin` throws.
   */
  async run(
    gone: AbortSignal,
    begin: () => Promise<AsyncGenerator<string>>,
    stalled: (error: Error) => void,
  ): Promise<AsyncGenerator<string>> {
    if (this.open >= this.max) throw new ApiError('BT_API_TOO_MANY_EXPORTS', { limit: this.max });
    this.open++;
    let left = false;
    const leave = (): void => {
      if (!left) this.open--;
      left = true;
    };
    gone.addEventListener('abort', leave, { once: true });
    try {
      const parts = await begin();
      return this.timed(parts, leave, stalled);
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async *timed(parts: AsyncGenerator<string>, leave: () => void, stalled: (error: Error) => void): AsyncGenerator<string> {
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
