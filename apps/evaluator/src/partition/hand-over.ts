import { type CommitPoint, contextWindow } from '#engine';
import { type Log, type Position, readPositionMetadata } from '#messaging';
import { TOPICS } from '#records';
import type { PartitionTools } from './partition-tools.js';

/** Where one evaluator goes on with what another has judged. */
export interface HandOver {
  /** What is found before it is the predecessor's to publish, and what is found behind it the successor's. */
  readonly offset: number;
  /** The committed position. */
  readonly point: CommitPoint;
}

/**
 * Where a run that was prepared from the position `from` takes a partition up that its owner left at `position`. With the same judgement: behind all that the
 * owner published. With another one what is published is found again, from the committed offset on. Undefined where the position was set by hand or back, or
 * where other rules hold now than those that the run judged by.
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

/** The records from an offset on are in the log, or still to come. */
export async function isThere(log: Pick<Log, 'bounds'>, partition: number, offset: number): Promise<boolean> {
  const { start, end } = await log.bounds(TOPICS.spans, partition);
  return start <= offset && offset <= end;
}
