import type { BeTrace } from '../harness/betrace.js';
import { metric } from '../harness/cluster.js';

/** What became of the spans that some processes got. */
export interface Accounts {
  readonly received: number;
  readonly evaluated: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Written by others into the spans log, to the wrong partition, and moved. */
  readonly misplaced: number;
}

/** Summed over the processes; they must not have been started again since. */
export async function accountsOf(processes: readonly BeTrace[]): Promise<Accounts> {
  const total = async (...names: string[]) => {
    const values = await Promise.all(processes.flatMap((one) => names.map((name) => metric(one, name))));
    return values.flat().reduce((sum, value) => sum + value, 0);
  };
  return {
    received: await total('betrace_spans_received_total'),
    evaluated: await total('betrace_spans_evaluated_total'),
    duplicates: await total('betrace_spans_duplicates_total'),
    rejected: await total('betrace_spans_rejected_total', 'betrace_spans_own_total', 'betrace_spans_unreadable_total'),
    misplaced: await total('betrace_spans_misplaced_total'),
  };
}
