import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, type Log, type OutgoingRecord, type RuleSetRecord, TOPICS } from '#messaging';
import type { EpochChange, Store } from '#store';

const NOTHING = new Uint8Array(0);

/**
 * Brings changes of rules from the store's outbox into the log: the rule set's record first, then an epoch marker in every
 * partition of the spans log, then it is done. Several replicas may do so at once, and any step may be repeated after a
 * crash: an evaluator takes an epoch's record once, and ignores a marker of the epoch it has or of an older one.
 */
export class PublishRules {
  private last: Promise<void> = Promise.resolve();
  /** The oldest change in the outbox, when it was last looked at. */
  private waiting: number | undefined;

  constructor(
    private readonly store: Store,
    private readonly log: Log,
  ) {}

  /**
   * Publishes all that is unpublished, one call after the other. Resolves when the markers of every change that was stored
   * before the call are in the log; rejects with the log's or the store's error, and the changes stay in the outbox.
   */
  publish(): Promise<void> {
    const run = this.last.then(() => this.publishOutbox());
    this.last = run.catch(() => {});
    return run;
  }

  /**
   * Publishes what another replica stored and has not published since the last call: it died between the two. Called now and then;
   * a change that is just being published is left to its replica.
   */
  async publishForgotten(): Promise<void> {
    const oldest = (await this.store.unpublishedEpochs())[0]?.epoch;
    const forgotten = oldest !== undefined && oldest === this.waiting;
    this.waiting = oldest;
    if (forgotten) await this.publish();
  }

  /**
   * Publishes all that is unpublished, and the whole rule set when log and store know different epochs: one of them is new (a
   * damaged one was moved away) or was restored from a backup.
   */
  reconcile(): Promise<void> {
    const run = this.last.then(async () => {
      const before = await highestEpoch(this.log);
      if (before > (await this.store.latestEpoch())) await this.store.snapshotAfter(before);
      await this.publishOutbox();
      if ((await highestEpoch(this.log)) >= (await this.store.latestEpoch())) return;
      await this.store.snapshotAfter(0);
      await this.publishOutbox();
    });
    this.last = run.catch(() => {});
    return run;
  }

  private async publishOutbox(): Promise<void> {
    const changes = await this.store.unpublishedEpochs();
    if (changes.length > 0) await this.publishAll(changes);
  }

  private async publishAll(changes: readonly EpochChange[]): Promise<void> {
    await this.log.append(
      TOPICS.rules,
      changes.map(({ epoch, record }) => ({ partition: 0, key: String(epoch), value: Buffer.from(record) })),
    );
    // One marker for the last is enough: an epoch is a whole rule set.
    const last = changes[changes.length - 1]?.epoch ?? 0;
    await this.log.append(TOPICS.spans, this.markers(last));
    for (const { epoch } of changes) await this.store.epochPublished(epoch);
  }

  private markers(epoch: number): OutgoingRecord[] {
    const headers = { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}${epoch}` };
    return Array.from({ length: this.log.partitions(TOPICS.spans) }, (_, partition) => ({ partition, value: NOTHING, headers }));
  }
}

/** The highest epoch in the rules log, 0 when there is none. Records of others count for nothing, as for the evaluators. */
async function highestEpoch(log: Log): Promise<number> {
  const { start } = await log.bounds(TOPICS.rules, 0);
  let highest = 0;
  for await (const { records } of log.read(TOPICS.rules, 0, start)) {
    for (const { value } of records) highest = Math.max(highest, epochOf(value));
  }
  return highest;
}

function epochOf(value: Uint8Array): number {
  try {
    const { epoch } = JSON.parse(Buffer.from(value).toString('utf8')) as Partial<RuleSetRecord>;
    return typeof epoch === 'number' && Number.isSafeInteger(epoch) ? epoch : 0;
  } catch {
    return 0;
  }
}
