import type { Loss } from '#files';
import type { PublishedRule, RuleContent, RuleControl } from '#records';
import {
  type ClosedTracesCount,
  type ClosedTracesTotals,
  closedTraces,
  keepClosedTraces,
  pruneClosedTraces,
} from './compliance/closed-traces.js';
import { type ControlledRule, controlledRules } from './compliance/controlled-rules.js';
import { type JudgedTraces, judgedRules, judgedTraces } from './compliance/judged-traces.js';
import type { Connection } from './connection.js';
import type { Mark, Mute, MutePage } from './marks/mark.js';
import { addMark, marks } from './marks/marks.js';
import { addMute, endMute, mutes, pruneMutes } from './marks/mutes.js';
import { migrate, newerMigrations } from './migrations/migrate.js';
import { StoreError } from './problems.js';
import { alreadyExported, exported, exportRefused } from './readers/exports.js';
import { alreadyNotified, notified } from './readers/notifications.js';
import { positionOf } from './readers/positions.js';
import type { Revision } from './revision.js';
import {
  appendSnapshot,
  epochPublished,
  forkEpochs,
  latestEpoch,
  replaceEpochs,
  republish,
  ruleSet,
  unpublishedEpochs,
} from './rules/epochs.js';
import { ruleVersion, ruleVersions } from './rules/rule-versions.js';
import { adoptRules, allRules, changing, deleteRule, importRules, putRule, ruleById } from './rules/rules.js';
import type { EpochChange, ImportedRule, RulesImport, RuleVersion, StoredRule } from './rules/stored-rule.js';
import { addKey, type KnownKey, keysInUse, knownKeys } from './signature-keys.js';
import { Store } from './store.js';
import { DamagedTable } from './tables/damaged-table.js';
import { emptiedTables, type FilledTable } from './tables/filled-tables.js';
import { DamagedColumn } from './tables/json-column.js';
import type { Fingerprint } from './violation-groups/fingerprint.js';
import { type CountViolations, violationGroup, violationGroups } from './violation-groups/group-query.js';
import { pruneEmptyGroups } from './violation-groups/keep-groups.js';
import { regroup } from './violation-groups/regroup.js';
import type { GroupPageQuery, ViolationGroup, ViolationGroupFilter, ViolationGroupPage } from './violation-groups/violation-group.js';
import { countAll } from './violations/count/count-all.js';
import { violationCounts } from './violations/count/violation-counts.js';
import { filterOfGroup } from './violations/filter-of-group.js';
import type {
  ViolationCounts,
  ViolationCountsQuery,
  ViolationFilter,
  ViolationPage,
  ViolationPageQuery,
  ViolationRows,
} from './violations/list/violation-query.js';
import { type RuleViolations, ruleViolations } from './violations/rule-violations.js';
import type { KeptBatch, StoredRevision, StoredViolation } from './violations/stored-violation.js';
import { violatingTraces } from './violations/violating-traces.js';
import { violationRevisions } from './violations/violation-revisions.js';
import { type SequencedViolations, type ViolationSequence, violationSequence, violationsSince } from './violations/violation-sequence.js';
import { keep, pruneSome, violationById, violationPage, violationsFrom } from './violations/violations.js';

/** Violations deleted per transaction: other queries run between two of them. */
const PRUNED_AT_ONCE = 1_000;

/** The store over a SQL database: the same queries on SQLite and PostgreSQL. */
export class SqlStore extends Store {
  /** Only some queries read a damaged page. After one has, the store is unhealthy until it is opened again. */
  private damage: StoreError | undefined;
  /** Tables that were emptied from outside: queries that depend on them are refused until an operator has intervened. */
  private emptied: ReadonlySet<FilledTable> = new Set();

  constructor(private readonly connection: Connection) {
    super();
  }

  async migrate(): Promise<void> {
    await this.guarded(migrate(this.connection));
    await this.probe();
    this.emptied = await this.guarded(emptiedTables(this.connection.database));
  }

  newerMigrations(): Promise<readonly string[]> {
    return this.guarded(newerMigrations(this.connection.database));
  }

  rules(): Promise<readonly StoredRule[]> {
    return this.ofRules(() => allRules(this.connection.database));
  }

  rule(id: string): Promise<StoredRule | undefined> {
    return this.ofRules(() => ruleById(this.connection.database, id));
  }

  putRule(rule: RuleContent, now: number, expectedVersion?: number, by?: string): Promise<StoredRule> {
    return this.ofRules(() => putRule(this.connection, rule, { now, by }, expectedVersion));
  }

  deleteRule(id: string, now: number, expectedVersion?: number, by?: string): Promise<boolean> {
    return this.ofRules(() => deleteRule(this.connection, id, { now, by }, expectedVersion));
  }

  importRules(rules: RulesImport): Promise<readonly ImportedRule[]> {
    return this.ofRules(() => importRules(this.connection, rules));
  }

  ruleVersions(id: string, page?: { readonly limit: number; readonly below?: number | undefined }): Promise<readonly RuleVersion[]> {
    return this.ofRules(() => ruleVersions(this.connection.database, id, page));
  }

  ruleVersion(id: string, version: number): Promise<RuleVersion | undefined> {
    return this.ofRules(() => ruleVersion(this.connection.database, id, version));
  }

  ruleSet(epoch?: number): Promise<string | undefined> {
    const { database } = this.connection;
    return this.ofRules(() =>
      epoch === undefined ? latestEpoch(database).then((latest) => ruleSet(database, latest)) : ruleSet(database, epoch),
    );
  }

  snapshotAfter(epoch: number): Promise<void> {
    return this.ofRules(() => changing(this.connection, (transaction) => appendSnapshot(transaction, epoch)));
  }

  forkEpochs(from: number, after: number): Promise<void> {
    return this.ofRules(() => changing(this.connection, (transaction) => forkEpochs(transaction, from, after)));
  }

  replaceEpochs(lost: readonly number[]): Promise<void> {
    return this.ofRules(() => changing(this.connection, (transaction) => replaceEpochs(transaction, lost)));
  }

  adoptRules(rules: readonly PublishedRule[], epoch: number, now: number): Promise<void> {
    return this.ofRules(() => adoptRules(this.connection, rules, epoch, now));
  }

  republish(known: ReadonlySet<number>): Promise<number> {
    return this.ofRules(() => changing(this.connection, (transaction) => republish(transaction, known)));
  }

  unpublishedEpochs(): Promise<readonly EpochChange[]> {
    return this.ofRules(() => unpublishedEpochs(this.connection.database));
  }

  epochPublished(epoch: number): Promise<void> {
    return this.guarded(epochPublished(this.connection.database, epoch));
  }

  latestEpoch(): Promise<number> {
    return this.ofRules(() => latestEpoch(this.connection.database));
  }

  keep(...batches: readonly KeptBatch[]): Promise<void> {
    return this.guarded(keep(this.connection, batches));
  }

  violations(filter: ViolationFilter, page: ViolationPageQuery): Promise<ViolationPage> {
    return this.resting(['violations'], () => this.ofGroup(filter, (ofGroup) => violationPage(this.connection.database, ofGroup, page)));
  }

  violationsFrom(filter: ViolationFilter, page: { readonly limit: number; readonly after?: string }): Promise<ViolationRows> {
    return this.resting(['violations'], () => this.ofGroup(filter, (ofGroup) => violationsFrom(this.connection.database, ofGroup, page)));
  }

  violationCounts(filter: ViolationFilter, query: ViolationCountsQuery): Promise<ViolationCounts> {
    return this.resting(['violations'], () => this.ofGroup(filter, (ofGroup) => violationCounts(this.connection.database, ofGroup, query)));
  }

  violationRevisions(id: string): Promise<readonly StoredRevision[]> {
    return this.resting(['violations', 'violation_revisions'], () => violationRevisions(this.connection.database, id));
  }

  violationGroups(filter: ViolationGroupFilter, page: GroupPageQuery, now: number): Promise<ViolationGroupPage> {
    const { database } = this.connection;
    const count: CountViolations = async (groupFilter) => (await countAll(database, groupFilter)).total;
    return this.resting(['violations', 'violation_groups'], () => violationGroups(database, filter, page, now, count));
  }

  violationGroup(id: string, now: number): Promise<ViolationGroup | undefined> {
    return this.resting(['violation_groups'], () => violationGroup(this.connection.database, id, now));
  }

  regroup(count: number, fingerprintOf: (record: string) => Fingerprint): Promise<number> {
    return this.guarded(regroup(this.connection, count, fingerprintOf));
  }

  addMark(subject: string, mark: Omit<Mark, 'number'>): Promise<Mark | undefined> {
    return this.resting(['marks', 'violations', 'violation_groups'], () => addMark(this.connection, subject, mark));
  }

  marks(subject: string, page: { readonly limit: number; readonly below?: number | undefined }): Promise<readonly Mark[]> {
    return this.resting(['marks'], () => marks(this.connection.database, subject, page));
  }

  addMute(mute: Mute, max: number): Promise<boolean> {
    return this.resting(['mutes'], () => addMute(this.connection, mute, max));
  }

  endMute(id: string, at: number, by: string): Promise<Mute | undefined> {
    return this.resting(['mutes'], () => endMute(this.connection.database, id, at, by));
  }

  mutes(
    filter: { readonly ruleId?: string | undefined; readonly activeAt?: number | undefined },
    page: { readonly limit: number; readonly after?: string },
  ): Promise<MutePage> {
    return this.resting(['mutes'], () => mutes(this.connection.database, filter, page));
  }

  violationSequence(): Promise<ViolationSequence> {
    return this.resting(['violation_sequence'], () => violationSequence(this.connection.database));
  }

  violationsSince(
    filter: ViolationFilter,
    range: { readonly after: number; readonly until: number; readonly limit: number },
  ): Promise<SequencedViolations> {
    return this.resting(['violations'], () => violationsSince(this.connection.database, filter, range));
  }

  ruleViolations(since: number): Promise<ReadonlyMap<string, RuleViolations>> {
    return this.resting(['violations', 'violation_groups'], () => ruleViolations(this.connection.database, since));
  }

  violation(id: string): Promise<StoredViolation | undefined> {
    return this.resting(['violations'], () => violationById(this.connection.database, id));
  }

  violatingTraces(ruleId: string, wireTraceIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.resting(['violations'], () => violatingTraces(this.connection.database, ruleId, wireTraceIds));
  }

  position(reader: string, partition: number): Promise<number> {
    return this.guarded(positionOf(this.connection.database, reader, partition));
  }

  exported(reader: string, positions: ReadonlyMap<number, number>, done: readonly Revision[]): Promise<void> {
    return this.guarded(exported(this.connection, reader, positions, done));
  }

  exportRefused(revision: Revision, reason: string): Promise<void> {
    return this.guarded(exportRefused(this.connection, revision, reason));
  }

  alreadyExported(items: readonly Revision[]): Promise<ReadonlySet<string>> {
    return this.guarded(alreadyExported(this.connection.database, items));
  }

  notified(reader: string, positions: ReadonlyMap<number, number>, done: readonly Revision[]): Promise<void> {
    return this.guarded(notified(this.connection, reader, positions, done));
  }

  alreadyNotified(reader: string, items: readonly Revision[]): Promise<ReadonlySet<string>> {
    return this.guarded(alreadyNotified(this.connection.database, reader, items));
  }

  signatureKeys(): Promise<readonly KnownKey[]> {
    return this.guarded(knownKeys(this.connection.database));
  }

  signatureKeysInUse(ids: readonly string[], now: number): Promise<void> {
    return this.guarded(keysInUse(this.connection, ids, now));
  }

  addSignatureKey(key: Omit<KnownKey, 'until'>): Promise<void> {
    return this.guarded(addKey(this.connection, key));
  }

  async prune(before: number): Promise<number> {
    let pruned = 0;
    for (;;) {
      const some = await this.guarded(pruneSome(this.connection, before, PRUNED_AT_ONCE));
      pruned += some;
      if (some < PRUNED_AT_ONCE) break;
    }
    await this.guarded(pruneEmptyGroups(this.connection, before));
    await this.guarded(pruneMutes(this.connection, before));
    await this.guarded(pruneClosedTraces(this.connection, before));
    return pruned;
  }

  keepClosedTraces(counts: readonly ClosedTracesCount[]): Promise<void> {
    return this.resting(['closed_traces'], () => keepClosedTraces(this.connection, counts));
  }

  closedTraces(from: number, to: number): Promise<ClosedTracesTotals> {
    return this.resting(['closed_traces'], () => closedTraces(this.connection.database, from, to));
  }

  controlledRules(framework?: string): Promise<readonly ControlledRule[]> {
    return this.resting(['rules', 'rule_versions', 'rule_controls'], () => controlledRules(this.connection.database, framework));
  }

  judgedRules(framework: string | undefined, from: number, to: number): Promise<ReadonlySet<string>> {
    return this.resting(['violations', 'rule_controls'], () => judgedRules(this.connection.database, framework, from, to));
  }

  judgedTraces(control: RuleControl, ruleIds: readonly string[], from: number, to: number): Promise<JudgedTraces> {
    return this.resting(['violations', 'rule_versions', 'rule_controls'], () =>
      judgedTraces(this.connection.database, control, ruleIds, from, to),
    );
  }

  async check(): Promise<void> {
    if (this.damage !== undefined) throw this.damage;
    // In parallel: the database may be far away.
    const [emptied, probed] = await Promise.allSettled([this.guarded(emptiedTables(this.connection.database)), this.probe()]);
    if (emptied.status === 'rejected') throw emptied.reason;
    this.emptied = emptied.value;
    this.refuseWithout(...this.emptied);
    if (probed.status === 'rejected') throw probed.reason;
  }

  override stopping(timeoutMs: number, gaveUp: () => void): void {
    this.connection.stopping?.(timeoutMs, gaveUp);
  }

  close(): Promise<void> {
    return this.connection.database.destroy();
  }

  override filesLost(): number {
    return this.connection.lost?.() === undefined ? 0 : 1;
  }

  /** Writes to a deleted file are lost. */
  private checkFiles(): void {
    const loss = this.connection.lost?.();
    if (loss !== undefined) throw fileLost(loss);
  }

  /** An update without effect: a read-only database (a replica, a read-only file) refuses it. */
  private async probe(): Promise<void> {
    const writing = this.connection.database
      .updateTable('migrations')
      .set((e) => ({ name: e.ref('name') }))
      .where('name', '=', '')
      .execute();
    await this.guarded(writing);
  }

  private ofRules<T>(query: () => Promise<T>): Promise<T> {
    return this.resting(['rules', 'rule_versions', 'epochs'], query);
  }

  /** Refuses a query that an emptied table would make incomplete. */
  private async ofGroup<T>(filter: ViolationFilter, query: (filter: ViolationFilter) => Promise<T>): Promise<T> {
    return query(await filterOfGroup(this.connection.database, filter));
  }

  private async resting<T>(tables: readonly FilledTable[], query: () => Promise<T>): Promise<T> {
    this.refuseWithout(...tables.filter((table) => this.emptied.has(table)));
    return this.guarded(query());
  }

  private refuseWithout(...tables: readonly FilledTable[]): void {
    if (tables.length === 0) return;
    throw new StoreError('BT_STORE_TABLE_EMPTIED', { table: tables[0]!, place: this.connection.place });
  }

  /** A database whose file is lost looks damaged to the next reader, perhaps on another connection than the writer's: the loss is the cause. */
  private problemOf(error: unknown): unknown {
    const problem = this.databaseProblemOf(error);
    if (!(problem instanceof StoreError) || problem === error) return problem;
    const loss = this.connection.examine?.();
    return loss === undefined ? problem : fileLost(loss, error);
  }

  private databaseProblemOf(error: unknown): unknown {
    if (error instanceof DamagedTable && !error.isCertain) return this.connection.problem(error.cause);
    if (!(error instanceof DamagedColumn || error instanceof DamagedTable)) return this.connection.problem(error);
    return new StoreError('BT_STORE_CORRUPT', { place: this.connection.place, reason: error.message }, { cause: error });
  }

  private async guarded<T>(query: Promise<T>): Promise<T> {
    try {
      const answer = await query;
      this.checkFiles();
      return answer;
    } catch (error) {
      const problem = this.problemOf(error);
      if (problem instanceof StoreError && problem.code === 'BT_STORE_CORRUPT') this.damage = problem;
      throw problem;
    }
  }
}

function fileLost({ path: place, what }: Loss, cause?: unknown): StoreError {
  return new StoreError('BT_STORE_FILE_LOST', { place, what, pid: process.pid }, { cause });
}
