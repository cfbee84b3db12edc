import type { Subscription } from '#messaging';

/** Milliseconds between two commits of a partition: the authoritative position is in the store. */
const INTERVAL_MS = 5_000;

/** Commits the store's position to the log from time to time; it only serves lag and retention. */
export class PositionFollower {
  private readonly positions = new Map<number, { committed: number; at: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Everything before `offset` is in the store. */
  async follow(subscription: Subscription | undefined, partition: number, offset: number): Promise<void> {
    const existing = this.positions.get(partition);
    const now = this.now();
    if (existing !== undefined && (existing.committed === offset || now - existing.at < INTERVAL_MS)) return;
    await subscription?.commit(partition, { offset, metadata: '' });
    this.positions.set(partition, { committed: offset, at: now });
  }

  /** Commits the rest when no records come. */
  async idle(subscription: Subscription | undefined, partition: number, offset: number): Promise<void> {
    if (this.positions.has(partition)) await this.follow(subscription, partition, offset);
  }

  /** The partition is revoked. Never rejects: its next owner reads the position from the store. */
  async leave(subscription: Subscription | undefined, partition: number, offset: number | undefined): Promise<void> {
    const existing = this.positions.get(partition);
    this.positions.delete(partition);
    if (offset === undefined || existing === undefined || existing.committed === offset) return;
    await subscription?.commit(partition, { offset, metadata: '' }).catch(() => undefined);
  }
}
