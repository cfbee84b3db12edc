/** The metadata of a committed position of the spans log (docs/architecture.md, invariant 3). */
export interface PositionMetadata {
  /** The rule set in force at the offset. */
  readonly epoch: number;
  /** The log's time (Unix ms) at the offset, less the pauses in the context before it. */
  readonly logTime: number;
  /** The log time (Unix ms) at which a successor starts to read. Older positions have none. */
  readonly start?: number;
  /** The pauses of the log before the record at which a successor starts to read, ms. */
  readonly paused: number;
  /** Ingest had shown its presence by then (`IngestTime.isPresent`). */
  readonly said?: boolean;
  /** The offset before which all verdicts are in the violations log. A successor reaches the same verdicts there and need not publish them again. */
  readonly published?: number;
  /** The judgement of these verdicts (`judgementOf`): a successor with another one publishes all verdicts again. */
  readonly judgement?: string;
  /**
   * The intended offset, if the position's own is above it. A full log in memory may drop applied records; then a successor of the thread has less to read
   * again.
   */
  readonly from?: number;
  /** The log replaced another one of its name: traces may have begun before its first record. */
  readonly replacing?: boolean;
}

export function writePositionMetadata({
  epoch,
  logTime,
  start,
  paused,
  said,
  published,
  judgement,
  from,
  replacing,
}: PositionMetadata): string {
  return JSON.stringify({
    epoch,
    logTime,
    start,
    ...(paused === 0 ? {} : { paused }),
    ...(said === true ? { said } : {}),
    published,
    judgement,
    from,
    ...(replacing === true ? { replacing } : {}),
  });
}

/** Undefined for another text: an operator moved the group's offset by hand. */
export function readPositionMetadata(text: string): PositionMetadata | undefined {
  try {
    const {
      epoch,
      logTime,
      start,
      paused = 0,
      said,
      published,
      judgement,
      from,
      replacing,
    } = JSON.parse(text) as Partial<PositionMetadata>;
    if (![epoch, logTime, paused].every(Number.isSafeInteger)) return undefined;
    const begin = Number.isSafeInteger(start) ? { start: start as number } : {};
    const point = {
      epoch: epoch as number,
      logTime: logTime as number,
      ...begin,
      paused,
      ...(said === true ? { said } : {}),
      ...(replacing === true ? { replacing } : {}),
    };
    const offsets = Object.entries({ published, from }).filter(([, offset]) => Number.isSafeInteger(offset));
    return { ...point, ...(typeof judgement === 'string' ? { judgement } : {}), ...Object.fromEntries(offsets) };
  } catch {
    return undefined;
  }
}
