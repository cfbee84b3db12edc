export { restoreBackup } from './backup/restore-backup.js';
export { backupLines } from './backup/write-backup.js';
export type { ClosedTracesCount } from './compliance/closed-traces.js';
export type { ControlledRule } from './compliance/controlled-rules.js';
export type { Mark, MarkKind, Mute } from './marks/mark.js';
export { openStore } from './open-store.js';
export { inspectDatabase } from './postgres/inspect-database.js';
export { STORE_PROBLEMS, StoreError } from './problems.js';
export type { Revision } from './revision.js';
export type { StoreSettings } from './settings.js';
export type { KeyOrigin, KnownKey } from './signature-keys.js';
export {
  type EpochChange,
  type ImportedRule,
  type KeptBatch,
  type RuleVersion,
  Store,
  type StoredRule,
  type StoredViolation,
  type ViolationCounts,
  type ViolationFilter,
  type ViolationPage,
  type ViolationPageQuery,
  type ViolationRows,
} from './store.js';
export { StoreModule } from './store.module.js';
export { serverStoreSettings, storeSettings } from './store-settings.js';
export type { GroupState, ViolationGroup, ViolationGroupFilter } from './violation-groups/violation-group.js';
export type { ViolationSequence } from './violation-sequence.js';
