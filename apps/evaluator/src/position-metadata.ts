/** What a committed position of the spans log knows beside its offset (invariant 3). */
export interface PositionMetadata {
  /** The rule set in force at the offset. */
  readonly epoch: number;
  /** The partition's log time (Unix ms) there: the highest timestamp of the records before it. */
  readonly logTime: number;
}

export function writePositionMetadata({ epoch, logTime }: PositionMetadata): string {
  return JSON.stringify({ epoch, logTime });
}

/** Undefined when the text is not ours: an operator moved the group's offset by hand. */
export function readPositionMetadata(text: string): PositionMetadata | undefined {
  try {
    const { epoch, logTime } = JSON.parse(text) as Partial<PositionMetadata>;
    if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(logTime)) return undefined;
    return { epoch: epoch as number, logTime: logTime as number };
  } catch {
    return undefined;
  }
}
