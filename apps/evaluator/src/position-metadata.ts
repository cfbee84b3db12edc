/** What a committed position of the spans log knows beside its offset (invariant 3). */
export interface PositionMetadata {
  /** The rule set in force at the offset. */
  readonly epoch: number;
  /** The partition's log time (Unix ms) there: the highest timestamp of the records before it. */
  readonly logTime: number;
  /**
   * The offset meant, where the position's own lies above it: a log in memory may drop what was applied when it is full, and
   * then a successor of the thread has less to go back to.
   */
  readonly from?: number;
}

export function writePositionMetadata({ epoch, logTime, from }: PositionMetadata): string {
  return JSON.stringify({ epoch, logTime, from });
}

/** Undefined when the text is not ours: an operator moved the group's offset by hand. */
export function readPositionMetadata(text: string): PositionMetadata | undefined {
  try {
    const { epoch, logTime, from } = JSON.parse(text) as Partial<PositionMetadata>;
    if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(logTime)) return undefined;
    const point = { epoch: epoch as number, logTime: logTime as number };
    return Number.isSafeInteger(from) ? { ...point, from: from as number } : point;
  } catch {
    return undefined;
  }
}
