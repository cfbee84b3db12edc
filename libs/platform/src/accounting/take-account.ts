import type { AccountingView, EvaluateAccount, KeepAccount, ReceiveAccount } from './accounting.dto.js';
import type { Accounts, CountedLog, EvaluatedPartition, EvaluatedSpans, KeptViolations, ReceivedSpans } from './accounts.js';
import { latency } from './latency.js';
import { added, sumOf } from './sum-counts.js';
import { type Measured, totalOf } from './total-account.js';

/** Timeout (ms) of each step: the evaluators, pending appends, reading the log. */
const TIMEOUT_MS = 3_000;

/**
 * Takes the account of a process as a cut through the log. First the evaluators report the offset of each partition and the account of the spans before it.
 * Then it waits for all pending appends, so that every evaluated span is counted as logged. Then the receivers report, synchronously, what they logged and up
 * to which offset. It counts the records between the two offsets of a partition by reading them, since records before an offset never change.
 */
export async function takeAccount(accounts: Accounts, since: Date, timeoutMs = TIMEOUT_MS): Promise<AccountingView> {
  const inexact = new Set<string>();
  const evaluated = await accounts.evaluate?.(timeoutMs);
  for (const reason of evaluated?.lacking ?? []) inexact.add(reason);
  const decided = (await accounts.receive?.decided(timeoutMs)) ?? true;
  if (!decided) inexact.add('some appends to the log have no result yet');
  const received = accounts.receive?.now();
  const at = new Date();
  const reader = new SpansReader(accounts.log, performance.now() + timeoutMs, inexact);
  const linked = accounts.log?.exclusive === true && evaluated !== undefined ? received : undefined;
  const partitions = evaluated && (await measured(evaluated, linked, reader));
  const total = linked && partitions && (await totalOf(linked, partitions, reader));
  if (total !== undefined && linked!.unconfirmed > 0 && total.unaccounted !== 0) {
    inexact.add(`the log did not confirm ${linked!.unconfirmed} spans, of which it may have some`);
  }
  const kept = await accounts.keep?.();
  return {
    at: at.toISOString(),
    since: since.toISOString(),
    exact: inexact.size === 0,
    inexact: [...inexact],
    ...(total ? { total } : {}),
    hops: {
      ...(received ? { receive: receiveAccount(received) } : {}),
      ...(evaluated && partitions ? { evaluate: evaluateAccount(evaluated, partitions) } : {}),
      ...(kept ? { keep: keepAccount(kept) } : {}),
    },
  };
}

/** Reads the log until a deadline (ms, monotonic); `inexact` names what it could not count. */
class SpansReader {
  constructor(
    private readonly log: CountedLog | undefined,
    private readonly deadline: number,
    private readonly inexact: Set<string>,
  ) {}

  async ends(): Promise<ReadonlyMap<number, number>> {
    try {
      return (await this.log?.ends()) ?? new Map();
    } catch (error) {
      this.inexact.add(`the log does not tell where it ends: ${error instanceof Error ? error.message : String(error)}`);
      return new Map();
    }
  }

  /** Spans between two offsets of a partition. */
  async count(partition: number, from: number, to: number): Promise<number> {
    if (from >= to) return 0;
    const spans = await this.log?.count(partition, from, to, this.deadline);
    if (spans !== undefined) return spans;
    this.inexact.add(`the spans of partition ${partition} from offset ${from} to ${to} could not be counted`);
    return 0;
  }
}

async function measured(
  { partitions }: EvaluatedSpans,
  received: ReceivedSpans | undefined,
  reader: SpansReader,
): Promise<readonly Measured[]> {
  const ends = received ? undefined : await reader.ends();
  const all: Measured[] = [];
  for (const one of partitions) {
    const { partition, position } = one;
    const known = ends?.get(partition) ?? received?.ends.get(partition) ?? received?.bases.get(partition) ?? position;
    const end = Math.max(position, known);
    all.push({ ...one, end, waiting: await reader.count(partition, position, end) });
  }
  return all;
}

function receiveAccount({ received, logged, answered, rejected, own, underWay, unconfirmed, latencies }: ReceivedSpans): ReceiveAccount {
  return {
    received,
    logged,
    unanswered: logged - answered,
    rejected,
    own,
    under_way: underWay,
    unconfirmed,
    unaccounted: received - answered - sumOf(rejected) - own,
    latency_seconds: latency(latencies),
  };
}

function evaluateAccount({ latencies }: EvaluatedSpans, partitions: readonly Measured[]): EvaluateAccount {
  const sum = (countOf: (one: Measured) => number): number => partitions.reduce((total, one) => total + countOf(one), 0);
  return {
    in_log: sum(inLog),
    judged: sum(({ judged }) => judged),
    duplicates: sum(({ duplicates }) => duplicates),
    retried: sum(({ retried }) => retried),
    conflicts: sum(({ conflicts }) => conflicts),
    superseded: sum(({ superseded }) => superseded),
    rejected: added(partitions.map(({ rejected }) => rejected)),
    moved: sum(({ moved }) => moved),
    on_the_way: sum(({ waiting }) => waiting),
    unaccounted: sum((one) => one.spans - settledBy(one)),
    expired_records: sum(({ expiredRecords }) => expiredRecords),
    open_traces: sum(({ openTraces }) => openTraces),
    partitions: partitions.map((one) => ({
      partition: one.partition,
      from_offset: one.from,
      position: one.position,
      end_offset: one.end,
      in_log: inLog(one),
      on_the_way: one.waiting,
    })),
    latency_seconds: latency(latencies),
  };
}

const inLog = ({ spans, waiting }: Measured): number => spans + waiting;

function settledBy({ judged, duplicates, conflicts, superseded, rejected, moved }: EvaluatedPartition): number {
  return judged + duplicates + conflicts + superseded + sumOf(rejected) + moved;
}

function keepAccount({ kept, refused, unreadable, waitingRecords, latencies }: KeptViolations): KeepAccount {
  return {
    kept,
    refused,
    unreadable,
    ...(waitingRecords === undefined ? {} : { waiting_records: waitingRecords }),
    latency_seconds: latency(latencies),
  };
}
