export { type BackupLines, type RestoreOptions, restoreBackup } from './backup/restore-backup.js';
export { type BackupCounts, type BackupHeader, backupLines } from './backup/write-backup.js';
export type { ClosedTracesCount, ClosedTracesTotals } from './compliance/closed-traces.js';
export type { ControlledRule } from './compliance/controlled-rules.js';
export type { JudgedTraces } from './compliance/judged-traces.js';
export type { Mark, MarkKind, Mute, MutePage } from './marks/mark.js';
export { openStore } from './open-store.js';
export { type DatabaseInspection, inspectDatabase } from './postgres/inspect-database.js';
export { STORE_PROBLEMS, StoreError, type StoreProblem, type StoreProblemCode } from './problems.js';
export type { Revision } from './revision.js';
export type { RuleViolations } from './rule-violations.js';
export type { PostgresStoreSettings, SqliteStoreSettings, StoreSettings } from './settings.js';
export type { KeyOrigin, KnownKey } from './signature-keys.js';
export {
  type CountedGroup,
  type EpochChange,
  type ImportedRule,
  type KeptBatch,
  type RulesImport,
  type RuleVersion,
  Store,
  type StoredRevision,
  type StoredRule,
  type StoredViolation,
  type ViolationCounts,
  type ViolationCountsQuery,
  type ViolationFilter,
  type ViolationPage,
} from './store.js';
export { StoreModule, type StoreModuleOptions } from './store.module.js';
export { storeSettings } from './store-settings.js';
export type { GroupState, ViolationGroup, ViolationGroupFilter, ViolationGroupPage } from './violation-groups/violation-group.js';
export type { SequencedViolations, ViolationSequence } from './violation-sequence.js';
