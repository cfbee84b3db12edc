/** What a committed position of the spans log knows beside its offset (docs/architecture.md, invariant 3). */
export interface PositionMetadata {
  /** The rule set in force at the offset. */
  readonly epoch: number;
  /** The log's time (Unix ms) at the offset, less the pauses in the context before it. */
  readonly logTime: number;
  /** The log time (Unix ms) at which a successor starts to read. Older positions have none. */
  readonly start?: number;
  /** The pauses of the log before the record at which it does, ms. */
  readonly paused: number;
  /** Ingest said by then that it is there (`IngestTime.says`). */
  readonly said?: boolean;
  /** Offset before which all that was found is in the violations log. A successor finds the same in those records, and need not publish it again. */
  readonly published?: number;
  /** The judgement that found it (`judgementOf`): a successor with another one publishes all verdicts again. */
  readonly judgement?: string;
  /**
   * The intended offset where the position's own lies above it. A full log in memory may drop applied records; then a successor of the thread has less to read
   * again.
   */
  readonly from?: number;
}

export function writePositionMetadata({ epoch, logTime, start, paused, said, published, judgement, from }: PositionMetadata): string {
  return JSON.stringify({
    epoch,
    logTime,
    start,
    ...(paused === 0 ? {} : { paused }),
    ...(said === true ? { said } : {}),
    published,
    judgement,
    from,
  });
}

/** Undefined when the text is not ours: an operator moved the group's offset by hand. */
export function readPositionMetadata(text: string): PositionMetadata | undefined {
  try {
    const { epoch, logTime, start, paused = 0, said, published, judgement, from } = JSON.parse(text) as Partial<PositionMetadata>;
    if (![epoch, logTime, paused].every(Number.isSafeInteger)) return undefined;
    const begin = Number.isSafeInteger(start) ? { start: start as number } : {};
    const point = { epoch: epoch as number, logTime: logTime as number, ...begin, paused, ...(said === true ? { said } : {}) };
    const offsets = Object.entries({ published, from }).filter(([, offset]) => Number.isSafeInteger(offset));
    return { ...point, ...(typeof judgement === 'string' ? { judgement } : {}), ...Object.fromEntries(offsets) };
  } catch {
    return undefined;
  }
}
