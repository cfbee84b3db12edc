import { type CommitPoint, contextWindow } from '#engine';
import { type Log, type Position, readPositionMetadata } from '#messaging';
import { TOPICS } from '#records';
import type { PartitionTools } from '../partition-tools.js';

/** Where one evaluator continues what another has judged. */
export interface HandOver {
  /** The predecessor publishes verdicts of earlier records, the successor those of later ones. */
  readonly offset: number;
  /** The committed position. */
  readonly point: CommitPoint;
}

/**
 * Where a run prepared from the position `from` takes over a partition that its owner left at `position`. With the same judgement: after everything that the
 * owner published. With another one: at the committed offset, and published verdicts are found again. Undefined if the position was set by hand or back, or
 * if the rules changed since.
 */
export function handOverOf(
  position: Position | undefined,
  from: Position | undefined,
  { judgement, assembly, rules }: Pick<PartitionTools, 'judgement' | 'assembly' | 'rules'>,
): HandOver | undefined {
  const metadata = position && readPositionMetadata(position.metadata);
  if (position === undefined || metadata === undefined || metadata.from !== undefined) return undefined;
  if (from === undefined || position.offset < from.offset || rules.isReplaced(metadata.epoch)) return undefined;
  const { epoch, logTime, paused, published = 0, start = logTime - contextWindow(assembly) } = metadata;
  const { offset } = position;
  return {
    offset: metadata.judgement === judgement ? Math.max(published, offset) : offset,
    point: { offset, epoch, logTime, start, paused },
  };
}

/** The records from an offset on are in the log, or yet to come. */
export async function isThere(log: Pick<Log, 'bounds'>, partition: number, offset: number): Promise<boolean> {
  const { start, end } = await log.bounds(TOPICS.spans, partition);
  return start <= offset && offset <= end;
}
