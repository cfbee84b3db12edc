/** Milliseconds for which items of several partitions are gathered, because one read brings them. */
const GATHERED = 2;

interface Waiting<Item> {
  readonly item: Item;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Batches items of several partitions that arrive at about the same time: a transaction or a request costs much more than its items. Items that arrive while
 * `work` runs start another run at once or, with `inTurn`, form the next batch.
 */
export class Together<Item> {
  private waiting: Waiting<Item>[] = [];
  private timer: NodeJS.Timeout | undefined;
  private working = false;

  constructor(
    private readonly work: (items: readonly Item[]) => Promise<void>,
    private readonly inTurn = false,
    /** Maximum size of a batch; a larger item is a batch of its own. Default: no limit. */
    private readonly bound: { readonly size: (item: Item) => number; readonly max: number } = { size: () => 0, max: 1 },
  ) {}

  /** Resolves when the item is done; rejects when the work of its batch does. */
  add(item: Item): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.waiting.push({ item, done });
    this.arm();
    return done.promise;
  }

  private arm(): void {
    if (this.waiting.length === 0 || this.timer !== undefined || (this.inTurn && this.working)) return;
    this.timer = setTimeout(() => void this.flush(), GATHERED);
  }

  private take(): readonly Waiting<Item>[] {
    const { size, max } = this.bound;
    let count = 0;
    let sum = 0;
    for (const { item } of this.waiting) {
      sum += size(item);
      if (count > 0 && sum > max) break;
      count++;
    }
    return this.waiting.splice(0, count);
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    const together = this.take();
    this.working = true;
    if (!this.inTurn) this.arm();
    try {
      await this.work(together.map(({ item }) => item));
      for (const { done } of together) done.resolve();
    } catch (error) {
      for (const { done } of together) done.reject(error);
    } finally {
      this.working = false;
      this.arm();
    }
  }
}
