import { contextWindow, type UncompiledRules } from '#engine';
import { controlOf, type Log, type Position, readPositionMetadata } from '#messaging';
import { TOPICS } from '#records';
import { IngestTime } from '#replay';
import type { PartitionTools } from '../partition-tools.js';
import { epochBefore } from './epoch-before.js';
import { isThere } from './hand-over.js';

/** Where a partition begins: the committed position, and how far before it the context of its open traces begins. */
export interface Beginning {
  readonly startAt: number;
  readonly judgeFrom: number;
  readonly epoch: number;
  readonly logTime: number;
  readonly start: number;
  readonly paused: number;
  readonly rules: UncompiledRules;
  readonly time: IngestTime;
  /** Verdicts on earlier records are in the violations log already. */
  readonly published: number;
  /** Records that may matter were deleted, all of them from before this trace time; undefined: the log has all. */
  readonly lacksBefore: number | undefined;
  /** The log replaced another one of its name. */
  readonly replacing: boolean;
}

/** Facts about the partition in addition to its position. */
export interface KnownBefore {
  /** The epoch in force, where the position does not name it. */
  readonly epoch?: number;
  /** The log of the topic's name is another one than the group has read. */
  readonly isAnother?: boolean;
}

export async function beginningOf(
  partition: number,
  position: Position | undefined,
  tools: PartitionTools,
  { epoch: inForce, isAnother = false }: KnownBefore,
): Promise<Beginning> {
  const { log } = tools;
  const { start, end } = await log.bounds(TOPICS.spans, partition);
  const metadata = position && readPositionMetadata(position.metadata);
  const meant = metadata?.from ?? position?.offset ?? start;
  const another = meant > end;
  const judgeFrom = another ? start : Math.max(start, meant);
  // If records after the position were deleted, markers may be among them.
  const deleted = metadata !== undefined && !another && judgeFrom > meant;
  const knownEpoch = metadata?.epoch ?? inForce;
  const epoch = knownEpoch === undefined || deleted ? Math.max(knownEpoch ?? 0, await epochBefore(log, partition, judgeFrom)) : knownEpoch;
  const rules = await tools.rules.ruleSet(epoch);
  if (another || metadata === undefined) {
    const time = another ? new IngestTime(tools.monotonic) : await IngestTime.before(log, partition, judgeFrom, tools.monotonic);
    const replacing = another || isAnother || (await replacesAnother(partition, judgeFrom, tools));
    const lacksBefore = replacing || isCut(judgeFrom, start) ? Number.POSITIVE_INFINITY : undefined;
    return { startAt: judgeFrom, judgeFrom, epoch, logTime: 0, start: 0, paused: 0, rules, time, published: 0, lacksBefore, replacing };
  }
  const { logTime, paused, said, replacing = false } = metadata;
  // Without the deleted records verdicts may differ, and so may rules and settings: the predecessor's published range does not count.
  const same = !deleted && metadata.judgement === tools.judgement && !tools.rules.isReplaced(epoch);
  const published = same ? (metadata.published ?? 0) : 0;
  const contextStart = Math.min(metadata.start ?? logTime, logTime - contextWindow(tools.assembly));
  const startAt = Math.min(judgeFrom, await log.offsetAt(TOPICS.spans, partition, contextStart));
  const time = await IngestTime.before(log, partition, startAt, tools.monotonic, said);
  // What was deleted before the position is as old as the record there, or older.
  const lacksBefore = deleted ? Number.POSITIVE_INFINITY : isCut(startAt, start, replacing) ? logTime - paused : undefined;
  return { startAt, judgeFrom, epoch, logTime, start: contextStart, paused, rules, time, published, lacksBefore, replacing };
}

/** Reading begins with the first record that is left: traces may have begun before it. */
function isCut(startAt: number, start: number, replacing = false): boolean {
  return startAt === start && (start > 0 || replacing);
}

/** Whether the records of the partition show that there was another log before. A log in memory begins with each process. */
async function replacesAnother(partition: number, from: number, { log, volatile }: PartitionTools): Promise<boolean> {
  if (from > 0) return false;
  return (!volatile && (await isYoungerThanItsRules(log, partition))) || isYoungerThanItsVerdicts(log, partition);
}

/** Whether the first marker says that its rules were in force before it: in the first log of a database, none were. A new cluster has no other sign of it. */
async function isYoungerThanItsRules(log: Log, partition: number): Promise<boolean> {
  const { start, end } = await log.bounds(TOPICS.spans, partition);
  for await (const { records } of log.read(TOPICS.spans, partition, start, end)) {
    const marker = records.map(controlOf).find((control) => control?.kind === 'epoch');
    if (marker?.kind === 'epoch') return marker.before === marker.epoch;
  }
  return false;
}

/**
 * Whether the violations log is older than the first record of the spans log: then it has verdicts on another one. A broker that deletes a topic deletes the
 * positions in it, too, so they do not show it.
 */
async function isYoungerThanItsVerdicts(log: Log, partition: number): Promise<boolean> {
  const verdicts = await log.bounds(TOPICS.violations, partition);
  if (verdicts.start === verdicts.end) return false;
  const spans = await log.bounds(TOPICS.spans, partition);
  // Only bounds and times: an evaluator needs no right to read violations.
  for await (const { records } of log.read(TOPICS.spans, partition, spans.start, spans.end))
    if (records[0] !== undefined) return (await log.offsetAt(TOPICS.violations, partition, records[0].timestamp)) > verdicts.start;
  return true;
}

/**
 * Whether a partition that was given up comes back unchanged: no position was committed since, in this log or another, and the records from `next` on exist.
 * Verdicts that another member published without a commit are published again.
 */
export async function isAsLeft(
  partition: number,
  left: Position | undefined,
  position: Position | undefined,
  next: number,
  log: Pick<Log, 'bounds'>,
): Promise<boolean> {
  if (left === undefined || left.offset !== position?.offset || left.metadata !== position.metadata) return false;
  return isThere(log, partition, next);
}
