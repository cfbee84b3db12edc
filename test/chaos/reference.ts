import { PartitionEngine, RuleSet } from '#engine';
import { controlOf, type Log, RuleHistory, readAll } from '#messaging';
import { type RuleSetRecord, TOPICS, type ViolationRecord } from '#records';
import { engineRecord, IngestTime, misplacedSpans } from '#replay';
import { type KeyRing, keyRing } from '#signing';
import { violationRecord } from '../../apps/evaluator/src/publish/violation-record.js';
import type { Configuration } from '../../libs/platform/src/configuration/settings/configuration.js';

/** The result of an undisturbed run of a log in one process. */
export interface Reference {
  /** Every revision of every violation, in the order of each partition. */
  readonly revisions: readonly ViolationRecord[];
  /** Traces that are open at the end of the log, whose verdicts are not final. */
  readonly open: number;
}

/** Runs the whole spans log through one engine per partition, by the rules of the rules log. */
export async function referenceRun(log: Log, assembly: Configuration['traces'], key: string): Promise<Reference> {
  const history = await ruleHistory(log);
  const keys = keyRing({ key, development: false });
  const revisions: ViolationRecord[] = [];
  let open = 0;
  for (let partition = 0; partition < log.partitions(TOPICS.spans); partition++) {
    open += await runPartition(log, partition, { history, assembly, keys, revisions });
  }
  return { revisions, open };
}

interface Tools {
  readonly history: RuleHistory;
  readonly assembly: Configuration['traces'];
  readonly keys: KeyRing;
  readonly revisions: ViolationRecord[];
}

async function runPartition(log: Log, partition: number, { history, assembly, keys, revisions }: Tools): Promise<number> {
  const partitions = log.partitions(TOPICS.spans);
  const ruleSetOf = (epoch: number): RuleSet => {
    const rules = history.rules(epoch);
    if (rules === undefined) throw new Error(`the rules log has no epoch ${epoch}`);
    return RuleSet.compile(epoch, rules);
  };
  const engine = new PartitionEngine({ partition, settings: assembly, ruleSetOf, initialEpoch: 0 });
  const time = new IngestTime(() => 0);
  for (const record of await readAll(log, TOPICS.spans, partition)) {
    const { offset } = record;
    const control = controlOf(record);
    const at = time.take(record, control);
    const misplaced = control ? undefined : misplacedSpans(record, partition, partitions);
    const sink: Parameters<PartitionEngine['apply']>[1] = (verdict) => revisions.push(violationRecord(verdict, keys));
    if (control?.kind === 'epoch') engine.apply({ kind: 'epoch', offset, timestamp: at.timestamp, epoch: control.epoch }, sink);
    // Spans may be preceded by a pause; they are still judged.
    else engine.apply(engineRecord(record, control, at, misplaced), sink);
  }
  return engine.openTraces;
}

async function ruleHistory(log: Log): Promise<RuleHistory> {
  const history = new RuleHistory();
  for (const { value } of await readAll(log, TOPICS.rules, 0)) history.add(JSON.parse(Buffer.from(value).toString()) as RuleSetRecord);
  return history;
}
