import type { PublishedRule, RuleContent, RuleControl } from '#records';
import type { ClosedTracesCount, ClosedTracesTotals } from './compliance/closed-traces.js';
import type { ControlledRule } from './compliance/controlled-rules.js';
import type { JudgedTraces } from './compliance/judged-traces.js';
import type { Mark, Mute, MutePage } from './marks/mark.js';
import type { Revision } from './revision.js';
import type { EpochChange, ImportedRule, RulesImport, RuleVersion, StoredRule } from './rules/stored-rule.js';
import type { KnownKey } from './signature-keys.js';
import type { Fingerprint } from './violation-groups/fingerprint.js';
import type { ViolationGroup, ViolationGroupFilter, ViolationGroupPage } from './violation-groups/violation-group.js';
import type { RuleViolations } from './violations/rule-violations.js';
import type { KeptBatch, StoredRevision, StoredViolation } from './violations/stored-violation.js';
import type {
  ViolationCounts,
  ViolationCountsQuery,
  ViolationFilter,
  ViolationPage,
  ViolationPageQuery,
  ViolationRows,
} from './violations/violation-query.js';
import type { SequencedViolations, ViolationSequence } from './violations/violation-sequence.js';

/**
 * The store port: rules, their epochs, violations, and how far each reader of the violations log got. An abstract class because Nest needs a token.
 * Rejects a StoreError; one that is `retryable` when the database is away.
 */
export abstract class Store {
  /** Creates or migrates the schema, under a lock. */
  abstract migrate(): Promise<void>;
  /** Migrations of newer versions of BeTrace, with which this one works (docs/decisions/0054). */
  abstract newerMigrations(): Promise<readonly string[]>;
  abstract rules(): Promise<readonly StoredRule[]>;
  abstract rule(id: string): Promise<StoredRule | undefined>;
  /**
   * One transaction: the rule (version counted up, also over a deletion; `expectedVersion` undefined = any, 0 = must not
   * exist), its version's history, the next epoch and its outbox record. No epoch when the published rule set stays the same;
   * nothing at all, and the rule as it is, when its content stays the same. Rejects BT_STORE_CONFLICT when the version differs.
   * `by`: who changes it, for the history.
   */
  abstract putRule(rule: RuleContent, now: number, expectedVersion?: number, by?: string): Promise<StoredRule>;
  /** One transaction as above; false when there is none. */
  abstract deleteRule(id: string, now: number, expectedVersion?: number, by?: string): Promise<boolean>;
  /**
   * One transaction and at most one epoch for all of it: each rule as `putRule` does, in their order, then the other rules deleted when
   * they are replaced. Rejects BT_STORE_CONFLICT, and nothing is changed, when a version differs.
   */
  abstract importRules(rules: RulesImport): Promise<readonly ImportedRule[]>;
  /** The versions of a rule, newest first, also of a deleted rule: those before version `below`, at most `limit`; or all. */
  abstract ruleVersions(
    id: string,
    page?: { readonly limit: number; readonly below?: number | undefined },
  ): Promise<readonly RuleVersion[]>;
  abstract ruleVersion(id: string, version: number): Promise<RuleVersion | undefined>;
  /** JSON of a rules log record that holds the whole rule set of an epoch (default: the latest); undefined when there is no such epoch. */
  abstract ruleSet(epoch?: number): Promise<string | undefined>;
  /**
   * In one transaction: the next epoch, above the latest and above `epoch`, whose outbox record is the whole rule set. It serves a log with other rules than
   * the store, because one of them is new or was restored from a backup.
   */
  abstract snapshotAfter(epoch: number): Promise<void>;
  /**
   * One transaction: the epochs from `from` on are nobody's (a log has other rules under their numbers) and are forgotten, and then as
   * `snapshotAfter(after)`.
   */
  abstract forkEpochs(from: number, after: number): Promise<void>;
  /**
   * One transaction: epochs whose rule sets nobody has any more get the enabled rules as they are, and wait in the outbox. An epoch that the
   * store has stays as it is.
   */
  abstract replaceEpochs(lost: readonly number[]): Promise<void>;
  /**
   * One transaction: a store without epochs takes the rules of a log over, with their versions, and the log's epoch as its own. Nothing
   * when it has had any.
   */
  abstract adoptRules(rules: readonly PublishedRule[], epoch: number, now: number): Promise<void>;
  /** Puts the epochs that a log does not have (all but `known`) into the outbox again. Answers how many. */
  abstract republish(known: ReadonlySet<number>): Promise<number>;
  /** Epochs not yet published, in order. */
  abstract unpublishedEpochs(): Promise<readonly EpochChange[]>;
  abstract epochPublished(epoch: number): Promise<void>;
  abstract latestEpoch(): Promise<number>;
  /**
   * Upserts by id (only a revision that supersedes the one that is kept changes it) and advances the readers, all batches in one transaction:
   * a transaction costs much more than a violation in it. Rejects BT_STORE_POSITION_BEHIND, and keeps nothing, when a reader's position is below what it
   * has kept: the database has gone back.
   */
  abstract keep(...batches: readonly KeptBatch[]): Promise<void>;
  /**
   * Newest first (by timestamp, then id). A search for a text may end its page early (`ViolationRows.next`). Rejects BT_STORE_BAD_CURSOR when `after` is
   * not from a page's `next`.
   */
  abstract violations(filter: ViolationFilter, page: ViolationPageQuery): Promise<ViolationPage>;
  /** The same page, without the count of all that match. */
  abstract violationsFrom(filter: ViolationFilter, page: { readonly limit: number; readonly after?: string }): Promise<ViolationRows>;
  /** How many there are over time, in groups. */
  abstract violationCounts(filter: ViolationFilter, query: ViolationCountsQuery): Promise<ViolationCounts>;
  /** By rule id, of the rules that have any violations kept: those since a time (Unix ms) by status, and the last one that was not taken back. */
  abstract ruleViolations(since: number): Promise<ReadonlyMap<string, RuleViolations>>;
  abstract violation(id: string): Promise<StoredViolation | undefined>;
  /** Of these traces (32 hex digits) the ones with a violation of the rule that is not retracted. */
  abstract violatingTraces(ruleId: string, wireTraceIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Violations by rule, service and fingerprint, the one that was seen last first; `now` (Unix ms) says which are new. Rejects BT_STORE_BAD_CURSOR when
   * `after` is not from a page's `next`.
   */
  abstract violationGroups(
    filter: ViolationGroupFilter,
    page: { readonly limit: number; readonly after?: string },
    now: number,
  ): Promise<ViolationGroupPage>;
  abstract violationGroup(id: string, now: number): Promise<ViolationGroup | undefined>;
  /**
   * Groups the newest `count` violations that were kept before there were fingerprints, or by a version that knows none; answers how many. `fingerprintOf` a record that
   * was published.
   */
  abstract regroup(count: number, fingerprintOf: (record: string) => Fingerprint): Promise<number>;
  /** Adds what somebody says of a violation or a group; undefined when there is none of this id. They are deleted with what they are about. */
  abstract addMark(subject: string, mark: Omit<Mark, 'number'>): Promise<Mark | undefined>;
  /** The notes, newest first: those numbered below `below`, at most `limit`. */
  abstract marks(subject: string, page: { readonly limit: number; readonly below?: number | undefined }): Promise<readonly Mark[]>;
  /** False, and nothing is added, when there are `most` active mutes. */
  abstract addMute(mute: Mute, max: number): Promise<boolean>;
  /** Ends one that is active and answers it; undefined when there is none. */
  abstract endMute(id: string, at: number, by: string): Promise<Mute | undefined>;
  /** Newest first; `activeAt` (Unix ms): only mutes that are active at that time. */
  abstract mutes(
    filter: { readonly ruleId?: string | undefined; readonly activeAt?: number | undefined },
    page: { readonly limit: number; readonly after?: string },
  ): Promise<MutePage>;
  /** The numbers of the stored violations. */
  abstract violationSequence(): Promise<ViolationSequence>;
  /**
   * Violations that match, in the order in which what stands of them was kept: with the numbers above `after`, up to `until`, at most `limit`.
   * Of a violation with several revisions since, the last one.
   */
  abstract violationsSince(
    filter: ViolationFilter,
    range: { readonly after: number; readonly until: number; readonly limit: number },
  ): Promise<SequencedViolations>;
  /** All revisions of a violation, the first one first, fragment by fragment; none when there is no such violation. */
  abstract violationRevisions(id: string): Promise<readonly StoredRevision[]>;
  /** Position of a reader of the violations log, per partition; 0 when it never read. */
  abstract position(reader: string, partition: number): Promise<number>;
  /** Records exports as done and advances to the position of each partition, in one transaction. */
  abstract exported(reader: string, positions: ReadonlyMap<number, number>, done: readonly Revision[]): Promise<void>;
  /**
   * Records that a revision was not exported, and never will be: the receiver refuses it. It counts as done for `alreadyExported`, and
   * `violation` and `violations` show why (`reason`: a word) until another revision is exported.
   */
  abstract exportRefused(revision: Revision, reason: string): Promise<void>;
  /** Of these, no two of one violation, the ones that supersede none that was exported: ids. */
  abstract alreadyExported(items: readonly Revision[]): Promise<ReadonlySet<string>>;
  /** Records the notifications sent to a receiver, and advances it to the position of each partition, in one transaction. */
  abstract notified(reader: string, positions: ReadonlyMap<number, number>, done: readonly Revision[]): Promise<void>;
  /** Of these, no two of one violation, the ones that supersede none that the receiver was told: ids. */
  abstract alreadyNotified(reader: string, items: readonly Revision[]): Promise<ReadonlySet<string>>;
  /** The keys that sign violations here, or did, the oldest first. */
  abstract signatureKeys(): Promise<readonly KnownKey[]>;
  /** Remembers a key; one that is known is left as it is. */
  abstract addSignatureKey(key: Omit<KnownKey, 'until'>): Promise<void>;
  /** These sign. Each other key is a former one: since `now` (Unix ms), where none of the calls before said so. */
  abstract signatureKeysInUse(ids: readonly string[], now: number): Promise<void>;
  /** For each part of an hour the highest count holds: it may be reported any number of times. */
  abstract keepClosedTraces(counts: readonly ClosedTracesCount[]): Promise<void>;
  /** How many traces closed in the hours that a period (Unix ms; start included, end not) touches. */
  abstract closedTraces(from: number, to: number): Promise<ClosedTracesTotals>;
  /** The rules of which a version names a control (of the framework, if one is given), also those that were deleted. */
  abstract controlledRules(framework?: string): Promise<readonly ControlledRule[]>;
  /** Of them, those with violations or undecided verdicts in a period (Unix ms; start included, end not), of whichever version. */
  abstract judgedRules(framework: string | undefined, from: number, to: number): Promise<ReadonlySet<string>>;
  /** Traces that any of the rules found wrong, or could not judge, in a version that names the control, in a period (Unix ms; start included, end not). */
  abstract judgedTraces(control: RuleControl, ruleIds: readonly string[], from: number, to: number): Promise<JudgedTraces>;
  /** Deletes violations older than this (Unix ms), and the counts of closed traces of hours before; answers how many violations. */
  abstract prune(before: number): Promise<number>;
  /** Rejects when nothing can be kept now (for readiness). */
  abstract check(): Promise<void>;
  /** Databases of the store that were deleted, replaced or truncated while they are open; none where the store is elsewhere. */
  filesLost(): number {
    return 0;
  }
  /**
   * The process stops: as soon as the database has not answered for `timeoutMs` from now on, everything is refused, `close` waits for nothing, and
   * `gaveUp` is called. Nothing where the database is in this process.
   */
  stopping(_timeoutMs: number, _gaveUp: () => void): void {}
  abstract close(): Promise<void>;
}
