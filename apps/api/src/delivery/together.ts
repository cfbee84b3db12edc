/** Milliseconds in which what several partitions deliver comes together: they are read by one request. */
const GATHERED = 2;

interface Waiting<Item> {
  readonly item: Item;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Does together what comes from several partitions at about the same time: a transaction, or a request, costs much more than what is in it. What comes
 * while `work` is under way is not kept waiting by it, unless `inTurn`: then it makes the next one.
 */
export class Together<Item> {
  private waiting: Waiting<Item>[] = [];
  private timer: NodeJS.Timeout | undefined;
  private working = false;

  constructor(
    private readonly work: (items: readonly Item[]) => Promise<void>,
    private readonly inTurn = false,
    /** Of how much at most; one item that is more is done alone. Default: all there is. */
    private readonly bound: { readonly size: (item: Item) => number; readonly max: number } = { size: () => 0, max: 1 },
  ) {}

  /** Resolves when it is done; rejects when the work does, for all that it was done together with. */
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
