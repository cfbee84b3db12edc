import type { TotalAccount } from './accounting.dto.js';
import type { EvaluatedPartition, ReceivedSpans } from './accounts.js';
import { added, sumOf } from './sum-counts.js';

/** A partition, with the spans between its evaluator and the cut. */
export interface Measured extends EvaluatedPartition {
  /** The offset of the cut. */
  readonly end: number;
  /** Spans between the evaluator and the cut. */
  readonly waiting: number;
}

/** Spans between two offsets of a partition. */
export interface CountsSpans {
  count(partition: number, from: number, to: number): Promise<number>;
}

/**
 * The account from the request to the verdict, for a process with the log to itself. An evaluator does not start where receiving starts. After a restart of the
 * process it starts earlier: traces that its predecessor had not finished are carried over. After a restart of the evaluator alone it starts later: its
 * predecessor finished the rest.
 */
export async function totalOf(received: ReceivedSpans, partitions: readonly Measured[], reader: CountsSpans): Promise<TotalAccount> {
  let carriedOver = 0;
  let judgedBefore = 0;
  for (const { partition, from } of partitions) {
    const base = received.bases.get(partition) ?? from;
    carriedOver += await reader.count(partition, from, base);
    judgedBefore += await reader.count(partition, base, from);
  }
  const sum = (countOf: (one: Measured) => number): number => partitions.reduce((total, one) => total + countOf(one), 0);
  const became = {
    judged: sum(({ judged }) => judged),
    duplicates: sum(({ duplicates }) => duplicates),
    conflicts: sum(({ conflicts }) => conflicts),
    superseded: sum(({ superseded }) => superseded),
    moved: sum(({ moved }) => moved),
    own: received.own,
    on_the_way: sum(({ waiting }) => waiting),
    judged_before: judgedBefore,
  };
  const rejected = added([received.rejected, ...partitions.map((one) => one.rejected)]);
  const came = { received: received.received, unanswered: received.logged - received.answered, carried_over: carriedOver };
  return { ...came, ...became, rejected, unaccounted: sumOf(came) - sumOf(became) - sumOf(rejected) };
}
