import type { PartitionEngine, Verdict } from '#engine';

/**
 * The log was replaced, as if its records from `next` on were deleted: verdicts on closed traces, which late spans could have refuted, are undecided. The
 * engine applies no record of that log any more.
 */
export function takeBack(engine: PartitionEngine, next: number, found: (verdict: Verdict) => void): void {
  engine.interrupt();
  engine.apply({ kind: 'tick', offset: next, timestamp: engine.logTime ?? 0 }, found);
}
