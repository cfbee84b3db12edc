import type { PublishedRule, RuleContent, RuleControl } from '#records';
import type { ClosedTracesCount, ClosedTracesTotals } from './compliance/closed-traces.js';
import type { ControlledRule } from './compliance/controlled-rules.js';
import type { JudgedTraces } from './compliance/judged-traces.js';
import type { Mark, Mute, MutePage } from './marks/mark.js';
import type { Revision } from './revision.js';
import type { EpochChange, ImportedRule, RulesImport, RuleVersion, StoredRule } from './rules/stored-rule.js';
import type { KnownKey } from './signature-keys.js';
import type { Fingerprint } from './violation-groups/fingerprint.js';
import type { GroupPageQuery, ViolationGroup, ViolationGroupFilter, ViolationGroupPage } from './violation-groups/violation-group.js';
import type {
  ViolationCounts,
  ViolationCountsQuery,
  ViolationFilter,
  ViolationPage,
  ViolationPageQuery,
  ViolationRows,
} from './violations/list/violation-query.js';
import type { RuleViolations } from './violations/rule-violations.js';
import type { KeptBatch, StoredRevision, StoredViolation } from './violations/stored-violation.js';
import type { SequencedViolations, ViolationSequence } from './violations/violation-sequence.js';

/**
 * The store port: rules, their epochs, violations, and the positions of the readers of the violations log. An abstract class because Nest needs a token.
 * Methods reject a StoreError; it is `retryable` when the database is unavailable.
 */
export abstract class Store {
  /** Creates or migrates the schema, under a lock. */
  abstract migrate(): Promise<void>;
  /** Migrations of newer versions of BeTrace that this version tolerates (docs/decisions/0054). */
  abstract newerMigrations(): Promise<readonly string[]>;
  abstract rules(): Promise<readonly StoredRule[]>;
  abstract rule(id: string): Promise<StoredRule | undefined>;
  /**
   * Writes the rule with the next version number, its history, the next epoch and its outbox record, in one transaction. Versions continue after a deletion. An
   * unchanged published rule set makes no epoch, and unchanged content writes nothing and returns the rule as it is. Rejects BT_STORE_CONFLICT when the version
   * differs.
   * @param expectedVersion undefined: any; 0: the rule must not exist
   * @param by the author, for the history
   */
  abstract putRule(rule: RuleContent, now: number, expectedVersion?: number, by?: string): Promise<StoredRule>;
  /** Deletes a rule, like `putRule`; false when it does not exist. */
  abstract deleteRule(id: string, now: number, expectedVersion?: number, by?: string): Promise<boolean>;
  /**
   * Writes each rule as `putRule` does, in order, then deletes the others if `replace` is set. All of it is one transaction with at most one epoch. Rejects
   * BT_STORE_CONFLICT, without changes, when a version differs.
   */
  abstract importRules(rules: RulesImport): Promise<readonly ImportedRule[]>;
  /** The versions of a rule, deleted or not, newest first: all, or at most `limit` below version `below`. */
  abstract ruleVersions(
    id: string,
    page?: { readonly limit: number; readonly below?: number | undefined },
  ): Promise<readonly RuleVersion[]>;
  abstract ruleVersion(id: string, version: number): Promise<RuleVersion | undefined>;
  /** The whole rule set of an epoch (default: the latest), as JSON of a rules log record; undefined for an unknown epoch. */
  abstract ruleSet(epoch?: number): Promise<string | undefined>;
  /**
   * In one transaction: writes the next epoch, above the latest and above `epoch`, with the whole rule set in its outbox record. It serves a log with other
   * rules than the store: one of them is new, or was restored from a backup.
   */
  abstract snapshotAfter(epoch: number): Promise<void>;
  /** In one transaction: deletes the epochs from `from` on, because the log has other rules under their numbers, then does `snapshotAfter(after)`. */
  abstract forkEpochs(from: number, after: number): Promise<void>;
  /**
   * In one transaction: gives epochs whose rule sets are lost the current enabled rules, and puts them into the outbox. Epochs that the store has stay
   * unchanged.
   */
  abstract replaceEpochs(lost: readonly number[]): Promise<void>;
  /**
   * In one transaction: a store that never had an epoch takes over the rules of a log, with their versions and the log's epoch. Does nothing in other stores.
   */
  abstract adoptRules(rules: readonly PublishedRule[], epoch: number, now: number): Promise<void>;
  /**
   * Puts the epochs that a log lacks (all but `known`) into the outbox again. Returns their number. If the log is empty (no epoch is known), the outbox records
   * that until they are published: see `EpochChange.fromBeginning`.
   */
  abstract republish(known: ReadonlySet<number>): Promise<number>;
  /** Epochs not yet published, in order. */
  abstract unpublishedEpochs(): Promise<readonly EpochChange[]>;
  abstract epochPublished(epoch: number): Promise<void>;
  abstract latestEpoch(): Promise<number>;
  /**
   * Upserts violations by id and advances the readers, all batches in one transaction: a transaction costs much more than a violation in it. Only a revision
   * that supersedes the stored one changes a row. Rejects BT_STORE_POSITION_BEHIND, without changes, when a reader's position is below the batch: the database
   * was set back.
   */
  abstract keep(...batches: readonly KeptBatch[]): Promise<void>;
  /**
   * Newest first (by timestamp, then id). A text search may end its page early (`ViolationRows.next`). Rejects BT_STORE_BAD_CURSOR when `after` is not the
   * `next` of a page.
   */
  abstract violations(filter: ViolationFilter, page: ViolationPageQuery): Promise<ViolationPage>;
  /** Like `violations`, without the total count. */
  abstract violationsFrom(filter: ViolationFilter, page: { readonly limit: number; readonly after?: string }): Promise<ViolationRows>;
  /** Counts over time, by group. */
  abstract violationCounts(filter: ViolationFilter, query: ViolationCountsQuery): Promise<ViolationCounts>;
  /** By rule id, for rules with stored violations: the counts by status since a time (Unix ms), and the last violation that is not retracted. */
  abstract ruleViolations(since: number): Promise<ReadonlyMap<string, RuleViolations>>;
  abstract violation(id: string): Promise<StoredViolation | undefined>;
  /** Those of the traces (32 hex digits) that have a violation of the rule that is not retracted. */
  abstract violatingTraces(ruleId: string, wireTraceIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Violations by rule, service and fingerprint, the last seen group first. Rejects BT_STORE_BAD_CURSOR when `after` is not the `next` of a page.
   * @param now Unix ms; decides which groups are new
   */
  abstract violationGroups(filter: ViolationGroupFilter, page: GroupPageQuery, now: number): Promise<ViolationGroupPage>;
  abstract violationGroup(id: string, now: number): Promise<ViolationGroup | undefined>;
  /**
   * Groups the newest `count` violations that have no fingerprint, because an older version stored them. Returns their number.
   * @param fingerprintOf computes the fingerprint of a published record
   */
  abstract regroup(count: number, fingerprintOf: (record: string) => Fingerprint): Promise<number>;
  /** Adds a mark to a violation or a group; undefined for an unknown id. Marks are deleted with their subject. */
  abstract addMark(subject: string, mark: Omit<Mark, 'number'>): Promise<Mark | undefined>;
  /** The notes, newest first: at most `limit` with numbers below `below`. */
  abstract marks(subject: string, page: { readonly limit: number; readonly below?: number | undefined }): Promise<readonly Mark[]>;
  /** Returns false and adds nothing when there are `max` active mutes. */
  abstract addMute(mute: Mute, max: number): Promise<boolean>;
  /** Ends an active mute and returns it; undefined when there is none. */
  abstract endMute(id: string, at: number, by: string): Promise<Mute | undefined>;
  /** Newest first. `activeAt` (Unix ms): only mutes that are active at that time. */
  abstract mutes(
    filter: { readonly ruleId?: string | undefined; readonly activeAt?: number | undefined },
    page: { readonly limit: number; readonly after?: string },
  ): Promise<MutePage>;
  /** The numbers of the stored violations. */
  abstract violationSequence(): Promise<ViolationSequence>;
  /**
   * Violations that match, in the order in which their last revision was stored: numbers above `after`, up to `until`, at most `limit`. A violation with
   * several revisions since is listed once.
   */
  abstract violationsSince(
    filter: ViolationFilter,
    range: { readonly after: number; readonly until: number; readonly limit: number },
  ): Promise<SequencedViolations>;
  /** All revisions of a violation, oldest first, fragment by fragment; empty for an unknown violation. */
  abstract violationRevisions(id: string): Promise<readonly StoredRevision[]>;
  /** The position of a reader of the violations log in a partition; 0 when it has not read it. */
  abstract position(reader: string, partition: number): Promise<number>;
  /** Records exports as done and advances the position of each partition, in one transaction. */
  abstract exported(reader: string, positions: ReadonlyMap<number, number>, done: readonly Revision[]): Promise<void>;
  /**
   * Records that the receiver refused a revision permanently. It counts as done for `alreadyExported`; `violation` and `violations` show the reason, one word,
   * until another revision is exported.
   */
  abstract exportRefused(revision: Revision, reason: string): Promise<void>;
  /** The ids of those items that an exported revision makes unnecessary, because they do not supersede it. The items are of different violations. */
  abstract alreadyExported(items: readonly Revision[]): Promise<ReadonlySet<string>>;
  /** Records the notifications sent to a receiver and advances the position of each partition, in one transaction. */
  abstract notified(reader: string, positions: ReadonlyMap<number, number>, done: readonly Revision[]): Promise<void>;
  /** The ids of those items that do not supersede a revision sent to the receiver. The items are of different violations. */
  abstract alreadyNotified(reader: string, items: readonly Revision[]): Promise<ReadonlySet<string>>;
  /** The current and former keys of this store's violations, oldest first. */
  abstract signatureKeys(): Promise<readonly KnownKey[]>;
  /** Adds a key; a known key stays unchanged. */
  abstract addSignatureKey(key: Omit<KnownKey, 'until'>): Promise<void>;
  /** Sets the keys that sign now. All others are former ones, since `now` (Unix ms) or an earlier call. */
  abstract signatureKeysInUse(ids: readonly string[], now: number): Promise<void>;
  /** Keeps the highest count for each part of an hour: counts may be reported any number of times. */
  abstract keepClosedTraces(counts: readonly ClosedTracesCount[]): Promise<void>;
  /** Closed traces in all hours that overlap a period (Unix ms; start included, end excluded). */
  abstract closedTraces(from: number, to: number): Promise<ClosedTracesTotals>;
  /** The rules, deleted ones too, that name a control in any version; with `framework` only its controls. */
  abstract controlledRules(framework?: string): Promise<readonly ControlledRule[]>;
  /** The controlled rules, in any version, with violations or undecided verdicts in a period (Unix ms; start included, end excluded). */
  abstract judgedRules(framework: string | undefined, from: number, to: number): Promise<ReadonlySet<string>>;
  /**
   * Traces that the rules found in violation or could not decide in a period (Unix ms; start included, end excluded). Only versions that name the control
   * count.
   */
  abstract judgedTraces(control: RuleControl, ruleIds: readonly string[], from: number, to: number): Promise<JudgedTraces>;
  /** Deletes violations older than a time (Unix ms) and the closed-trace counts of earlier hours; returns the number of violations. */
  abstract prune(before: number): Promise<number>;
  /** Rejects when the store cannot write (for readiness). */
  abstract check(): Promise<void>;
  /** The number of database files that were deleted, replaced or truncated while open; 0 for a remote database. */
  filesLost(): number {
    return 0;
  }
  /**
   * Called when the process stops: once the database has not answered for `timeoutMs` from now on, all queries are rejected, `close` does not wait, and
   * `gaveUp` is called. Does nothing for a database within this process.
   */
  stopping(_timeoutMs: number, _gaveUp: () => void): void {}
  abstract close(): Promise<void>;
}
