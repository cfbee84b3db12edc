import type { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { metric } from '../harness/kafka/cluster.js';

/** The account of the spans of some processes. */
export interface Accounts {
  readonly received: number;
  readonly evaluated: number;
  /** Includes spans that came again with other content. */
  readonly duplicates: number;
  readonly rejected: number;
  /** Spans that other producers wrote to the wrong partition, and that were moved. */
  readonly misplaced: number;
}

/** The sum over the processes, which must not have been restarted meanwhile. */
export async function accountsOf(processes: readonly BeTrace[]): Promise<Accounts> {
  const total = async (...names: string[]) => {
    const values = await Promise.all(processes.flatMap((one) => names.map((name) => metric(one, name))));
    return values.flat().reduce((sum, value) => sum + value, 0);
  };
  return {
    received: await total('betrace_spans_received_total'),
    evaluated: await total('betrace_spans_evaluated_total'),
    duplicates: await total('betrace_spans_duplicates_total', 'betrace_spans_conflicting_total', 'betrace_spans_superseded_total'),
    rejected: await total('betrace_spans_rejected_total', 'betrace_spans_own_total', 'betrace_spans_unreadable_total'),
    misplaced: await total('betrace_spans_misplaced_total'),
  };
}

/** The accounts, once at least this many spans are received and judged (including repeated ones). */
export async function accountsWhen(
  processes: readonly BeTrace[],
  least: { readonly received: number; readonly judged: number },
  logs: () => string,
): Promise<Accounts> {
  let accounts = await accountsOf(processes);
  const enough = async () => {
    accounts = await accountsOf(processes);
    return accounts.received >= least.received && accounts.evaluated + accounts.duplicates >= least.judged ? accounts : undefined;
  };
  return eventually('the last span', enough, 60_000, 100).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify({ accounts, least })}\n${logs().slice(-5_000)}`, { cause: error });
  });
}
