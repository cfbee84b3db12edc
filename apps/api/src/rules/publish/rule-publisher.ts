import { isDeepStrictEqual } from 'node:util';
import { type Log, type OutgoingRecord, type RuleHistory } from '#messaging';
import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, EPOCH_BEFORE_HEADER, type PublishedRule, type RuleSetRecord, TOPICS } from '#records';
import type { EpochChange, Store } from '#store';
import { LoggedRules } from './logged-rules.js';
import { MAX_LOST, namedEpoch } from './named-epoch.js';

const NOTHING = new Uint8Array(0);

/**
 * Moves rule changes from the store's outbox to the log: first the rule set's record, then an epoch marker in every partition of the spans log, then the outbox
 * entry is done. Several replicas may do so at once, and a step may be repeated after a crash. Evaluators ignore a repeated record, and a marker of their
 * current epoch or an older one.
 */
export class RulePublisher {
  private last: Promise<void> = Promise.resolve();
  /** The oldest change in the outbox at the last check. */
  private waiting: number | undefined;
  /** By partition: the end of the spans log at the last check. */
  private readonly ends = new Map<number, number>();
  private readonly logged: LoggedRules;
  /** The rules log was replaced, and the outbox does not have its missing rule sets yet. The watch may notice it first; the next publication needs to know. */
  private lacking = false;

  /** @param report receives warnings for operators: the database was set back */
  constructor(
    private readonly store: Store,
    private readonly log: Log,
    private readonly report: (sentence: string) => void = () => undefined,
  ) {
    this.logged = new LoggedRules(log);
  }

  /**
   * Publishes the outbox; calls run one at a time. Resolves when the markers of every earlier change are in the log. Rejects the log's or the store's error;
   * the changes then stay in the outbox.
   */
  publish(): Promise<void> {
    const run = this.last.then(() => this.publishOutbox()).then(() => undefined);
    this.last = run.catch(() => {});
    return run;
  }

  /**
   * Publishes a change that another replica stored and has not published since the last call, because it crashed. Call it periodically; a change in progress is
   * left to its replica.
   */
  async publishForgotten(): Promise<void> {
    const oldest = (await this.store.unpublishedEpochs())[0]?.epoch;
    const forgotten = oldest !== undefined && oldest === this.waiting;
    this.waiting = oldest;
    if (forgotten) await this.publish();
  }

  /**
   * Resolves a difference between the epochs of log and store. One of them is then new, was emptied, or was restored from a backup. Records that the log lacks
   * are published again, if the store has them. A store without any rules takes those of the log. Otherwise the store's rules become the next epoch. An epoch
   * that the spans log names and neither has is lost. Its number is never reused, because its spans would then be judged by rules that did not exist. Finally
   * the marker of the rules in force is written again. Returns warnings for operators.
   */
  reconcile(): Promise<readonly string[]> {
    const run = this.last.then(async () => {
      // Before the store is read, so that a concurrent publication by another replica is not lost.
      const named = await namedEpoch(this.log, await this.store.latestEpoch());
      const logged = await this.history();
      const messages: string[] = [];
      if (logged.latestEpoch > 0 && (await this.store.latestEpoch()) === 0) {
        const rules = logged.rules(logged.latestEpoch) ?? [];
        await this.store.adoptRules(rules, logged.latestEpoch, Date.now());
        if (rules.length > 0) messages.push(adopted(rules.length));
      }
      const missing = await this.republish(logged);
      if (missing > 0) messages.push(`the rules log lacked ${missing} rule sets of the store; published again`);
      const latest = await this.store.latestEpoch();
      const highest = highestOf(logged, latest);
      if (named > Math.max(latest, highest)) messages.push(lost(Math.max(latest, highest), named));
      if (named > Math.max(latest, highest)) await this.store.snapshotAfter(named);
      await this.goOnAbove(logged);
      if (!(await this.publishOutbox())) await this.writeMarkers();
      return messages;
    });
    this.last = run.then(
      () => undefined,
      () => undefined,
    );
    return run;
  }

  /** Assigns the current rules to every lost epoch, so that waiting spans are judged. Returns those epochs; empty if the rules log has all. */
  replaceLost(): Promise<readonly number[]> {
    const run = this.last.then(async () => {
      const logged = await this.history();
      const latest = await this.store.latestEpoch();
      const absent = Array.from({ length: latest }, (_, index) => index + 1).filter((epoch) => logged.rules(epoch) === undefined);
      const epochs: number[] = [];
      // An epoch that the store has is published again: it was not lost.
      for (const epoch of absent) if ((await this.store.ruleSet(epoch)) === undefined) epochs.push(epoch);
      await this.store.replaceEpochs(epochs);
      await this.republish(logged);
      if (!(await this.publishOutbox())) await this.writeMarkers();
      return epochs;
    });
    this.last = run.then(
      () => undefined,
      () => undefined,
    );
    return run;
  }

  /**
   * True in three cases: the spans log was replaced since the last call; the rules log was, or lost records, and lacks rule sets; the store is older than
   * the rules log. `reconcile` corrects them.
   */
  async isAnotherLog(): Promise<boolean> {
    let another = false;
    for (const [partition, end] of await this.log.ends(TOPICS.spans)) {
      if (end < (this.ends.get(partition) ?? 0)) another = true;
      this.ends.set(partition, end);
    }
    const history = await this.history();
    const latest = await this.store.latestEpoch();
    return another || this.lacking || (latest > 0 && highestOf(history, latest) > latest);
  }

  /** Writes the marker of the rules in force again, so that retention never leaves a partition without one. */
  renew(): Promise<void> {
    const run = this.last.then(() => this.writeMarkers());
    this.last = run.catch(() => {});
    return run;
  }

  private async history(): Promise<RuleHistory> {
    const { history, anew } = await this.logged.read();
    this.lacking ||= anew;
    return history;
  }

  /** Puts the rule sets that the log lacks into the outbox; returns their number. */
  private async republish({ epochs }: RuleHistory): Promise<number> {
    const missing = await this.store.republish(epochs);
    this.lacking = false;
    return missing;
  }

  private async writeMarkers(): Promise<void> {
    const epoch = await this.store.latestEpoch();
    // A change in the outbox brings its own marker.
    if (epoch > 0 && (await this.store.unpublishedEpochs()).length === 0) await this.log.append(TOPICS.spans, this.markers(epoch, epoch));
  }

  /** Returns whether it wrote markers: not for an empty outbox, or for records of epochs before the one in force. */
  private async publishOutbox(): Promise<boolean> {
    if ((await this.store.unpublishedEpochs()).length === 0) return false;
    const history = await this.history();
    if (this.lacking) await this.republish(history);
    // Before the outbox: if this epoch is not published, the outbox has it.
    const latest = await this.goOnAbove(history);
    const changes = await this.store.unpublishedEpochs();
    const last = changes.at(-1)?.epoch ?? 0;
    if (last === 0) return false;
    await this.log.append(
      TOPICS.rules,
      changes.map(({ epoch, record }) => ({ partition: 0, key: String(epoch), value: Buffer.from(record) })),
    );
    const marks = last >= latest;
    // A log that had no rule set has no spans that other rules should judge. A former attempt may have failed, and spans may have come since.
    const wholeLog = changes.some(({ fromBeginning }) => fromBeginning);
    if (marks) await this.log.append(TOPICS.spans, wholeLog ? this.markers(last, last) : this.markersOf(changes));
    for (const { epoch } of changes) await this.store.epochPublished(epoch);
    return marks;
  }

  /**
   * A store restored from a backup reuses numbers that the rules log has for other rules. Those epochs are not published: the current rules get a number above
   * all of them. Returns the store's latest epoch.
   */
  private async goOnAbove(logged: RuleHistory): Promise<number> {
    const latest = await this.store.latestEpoch();
    const highest = highestOf(logged, latest);
    let forked: number | undefined;
    for (const epoch of [...(await this.store.unpublishedEpochs()).map(({ epoch }) => epoch), latest]) {
      if (forked === undefined && logged.epochs.has(epoch) && !(await this.isOf(logged, epoch))) forked = epoch;
    }
    if (forked === undefined && highest <= latest) return latest;
    const named = await namedEpoch(this.log, latest);
    this.report(goneBack(latest, highest));
    await this.store.forkEpochs(forked ?? latest + 1, Math.max(latest, highest, named));
    return this.store.latestEpoch();
  }

  /** Whether store and log have the same rules for an epoch, or the log has none. */
  private async isOf(logged: RuleHistory, epoch: number): Promise<boolean> {
    const theirs = logged.rules(epoch);
    const ours = await this.store.ruleSet(epoch);
    return (
      theirs === undefined ||
      ours === undefined ||
      isDeepStrictEqual(sorted(theirs), sorted((JSON.parse(ours) as RuleSetRecord).snapshot ?? []))
    );
  }

  /**
   * One marker for the last change suffices, because an epoch is a whole rule set. But a rule that was deleted and created again with its id would look edited,
   * and keep open traces. So its absence gets a marker too.
   */
  private markersOf(changes: readonly EpochChange[]): OutgoingRecord[] {
    const first = beforeAll(changes) + 1;
    const absent = absences(changes);
    const marked = changes.filter(({ epoch }, index) => index === changes.length - 1 || (epoch >= first && absent.has(epoch)));
    let before = first - 1;
    return marked.flatMap(({ epoch }) => {
      const markers = this.markers(epoch, before);
      before = epoch;
      return markers;
    });
  }

  /** @param before the epoch in force before them */
  private markers(epoch: number, before: number): OutgoingRecord[] {
    const headers = { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}${epoch}`, [EPOCH_BEFORE_HEADER]: String(before) };
    return Array.from({ length: this.log.partitions(TOPICS.spans) }, (_, partition) => ({ partition, value: NOTHING, headers }));
  }
}

/** The changes that remove a rule which a later change adds again. */
function absences(changes: readonly EpochChange[]): ReadonlySet<number> {
  const broughtBack = new Set<string>();
  const found = new Set<number>();
  for (const { epoch, record } of changes.toReversed()) {
    const { changes: ofEpoch = [] } = JSON.parse(record) as RuleSetRecord;
    for (const change of ofEpoch) if ('remove' in change && broughtBack.has(change.remove)) found.add(epoch);
    for (const change of ofEpoch) if ('put' in change) broughtBack.add(change.put.id);
  }
  return found;
}

/** The epoch before a series of changes that ends with the last. Older changes are replaced or published again. */
function beforeAll(changes: readonly EpochChange[]): number {
  const first = changes.findLast(({ epoch }, index) => changes[index - 1]?.epoch !== epoch - 1);
  return (first?.epoch ?? 1) - 1;
}

/** The latest epoch of the log, without forged ones far above the store's. */
function highestOf(logged: RuleHistory, storedEpoch: number): number {
  const max = storedEpoch + MAX_LOST;
  if (storedEpoch === 0 || logged.latestEpoch <= max) return logged.latestEpoch;
  let highest = 0;
  for (const epoch of logged.epochs) if (epoch <= max && epoch > highest) highest = epoch;
  return highest;
}

function sorted(rules: readonly PublishedRule[]): readonly PublishedRule[] {
  return rules.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function goneBack(latest: number, highest: number): string {
  return (
    `the database has gone back: it continues from rule set ${latest}, and the rules log has other rules for it, or ends with ${highest}. Was a backup restored while this runs? ` +
    'The rules of the database are in force from now on, under a new number; what was changed after the backup is lost'
  );
}

function adopted(rules: number): string {
  const lost = 'descriptions, tags, earlier versions and disabled rules are lost';
  return `the store has no rules, and the rules log has ${rules}: they are taken over from it (${lost}). Was store.db deleted, or is it another database?`;
}

function lost(latest: number, named: number): string {
  const epochs = named === latest + 1 ? `rule set ${named}` : `rule sets ${latest + 1} to ${named}`;
  return (
    `the spans log names ${epochs}, which neither the store nor the rules log has: spans sent under them are not judged. Was a backup restored that ` +
    'is older than the spans log? Restore a newer one, or have them judged by the current rules: POST /v1/rules/lost-sets/replace'
  );
}
