import type { Accounting } from '#engine';
import type { EvaluatedPartition } from '#platform';
import type { Misplaced } from '#replay';

/** The account of a partition's spans, including those that its engine never received. */
export type PartitionAccount = Omit<EvaluatedPartition, 'expiredRecords'>;

/** Spans that a producer wrote to the wrong partition: this partition's engine never receives them. */
export class MisplacedSpans {
  moved = 0;
  readonly rejected: Record<string, number> = {};

  note({ spans, rejections }: Misplaced): void {
    this.moved += spans;
    for (const { reason, spans: rejected } of rejections) this.rejected[reason] = (this.rejected[reason] ?? 0) + rejected;
  }
}

/** The account at one instant, if it is called between two records. */
export function partitionAccount(
  at: Pick<PartitionAccount, 'partition' | 'from' | 'position' | 'openTraces'>,
  { received, evaluated, duplicates, retried, conflicts, superseded, rejected: refused }: Accounting,
  misplaced: MisplacedSpans,
): PartitionAccount {
  const rejected: Record<string, number> = { ...refused };
  let spans = received + misplaced.moved;
  for (const [reason, count] of Object.entries(misplaced.rejected)) {
    rejected[reason] = (rejected[reason] ?? 0) + count;
    spans += count;
  }
  return { ...at, spans, judged: evaluated, duplicates, retried, conflicts, superseded, rejected, moved: misplaced.moved };
}
