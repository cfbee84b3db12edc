import type { Generated, Kysely, Transaction } from 'kysely';

/** The tables after all migrations. Times are Unix milliseconds, booleans 0 or 1, `json…` columns JSON texts. */
export interface Schema {
  rules: RulesTable;
  rule_versions: RuleVersionsTable;
  rule_controls: RuleControlsTable;
  epochs: EpochsTable;
  violations: ViolationsTable;
  /** Every revision of each violation that has had several. */
  violation_revisions: ViolationRevisionsTable;
  closed_traces: ClosedTracesTable;
  violation_groups: ViolationGroupsTable;
  marks: MarksTable;
  mutes: MutesTable;
  /** One row: see `ViolationSequence`. */
  violation_sequence: { id: number; origin: string; last: number };
  /** The position of each reader of the violations log. */
  positions: { reader: string; partition: number; position: number };
  /** The last revision of a violation that was exported, or that the receiver refused permanently, with the reason. */
  notifications: { reader: string; violation_id: string; revision: number; first_offset: number; status: string };
  exports: { violation_id: string; revision: number; first_offset: number; status: string; refused: string | null };
  /** Keys that signed violations, by id. `public_key`: PEM, of an Ed25519 key. */
  signature_keys: { id: string; origin: string; public_key: string | null; since: number; until: Generated<number | null> };
  /** Tables that have rows. `emptied`: 1 when the table was found empty. */
  filled_tables: { name: string; emptied: number };
  /** Migrations that were run. `older_versions`: `go on` or null. `passed_over`: 1 after a version without the migration opened the database. */
  migrations: { name: string; older_versions: Generated<string | null>; passed_over: Generated<number> };
}

export interface RulesTable {
  id: string;
  name: string;
  description: string;
  expression: string;
  severity: string;
  json_tags: string;
  json_controls: string;
  /** 1: complying traces are reported as evidence. */
  emit_evidence: number;
  enabled: number;
  message: string | null;
  on_error: string;
  /** 1: evaluated without violations. Kept at 0 while a rule is not enabled. */
  shadow: number;
  json_tests: string;
  version: number;
  created_at: number;
  updated_at: number;
}

export interface RuleVersionsTable {
  rule_id: string;
  version: number;
  changed_at: number;
  /** The author; null: taken over from a log, or saved before authors were recorded. */
  changed_by: string | null;
  /** The row of `rules` at this version; null: deleted. */
  json_rule: string | null;
}

/** The controls that each version of a rule names. */
export interface RuleControlsTable {
  framework: string;
  control: string;
  rule_id: string;
  version: number;
}

/** Numbered rule sets. The table is the outbox to the rules log as well. */
export interface EpochsTable {
  epoch: number;
  json_record: string;
  published: number;
  /** The last epoch up to this one whose record is a whole rule set; 0: saved before this was recorded. */
  base: number;
  base_rules: number;
  changes_since: number;
  /** 1: in the outbox since the rules log was empty, so the rules hold from the beginning of the spans log. */
  from_beginning: Generated<number>;
}

export interface ViolationsTable {
  id: string;
  revision: number;
  status: string;
  rule_id: string;
  rule_name: string;
  /** Null: stored before versions were recorded; then the version in force when the violation became certain counts. */
  rule_version: number | null;
  severity: string;
  trace_id: string;
  wire_trace_id: string;
  span_id: string;
  service: string;
  timestamp_ms: number;
  first_offset: number;
  json_record: string;
  /** See `searchedText`; null: stored before searches existed. */
  search_text: string | null;
  /** The number in the order of storing; null: stored before numbers existed. */
  sequence: number | null;
  /** Null: not grouped by fingerprint yet; the violation counts in the group of its rule and service. */
  group_id: string | null;
}

/** Closed traces by hour, partition and the rule set in force when they opened. */
export interface ClosedTracesTable {
  /** Whole hours since 1970. */
  hour: number;
  partition: number;
  epoch: number;
  /** Counts for parts of the hour, from the first part on. */
  json_parts: string;
  /** Their sum. */
  traces: number;
}

export interface ViolationRevisionsTable {
  violation_id: string;
  first_offset: number;
  revision: number;
  status: string;
  json_record: string;
}

/** People's marks on violations and groups (`subject`). */
export interface MarksTable {
  subject: string;
  number: number;
  kind: string;
  marked_at: number;
  marked_by: string;
  note: string | null;
}

export interface MutesTable {
  id: string;
  rule_id: string;
  /** Null: all services. */
  service: string | null;
  until: number | null;
  /** The mute ends when an hour has more violations than this; null: no such limit. */
  worse_above: Generated<number | null>;
  note: string | null;
  muted_at: number;
  muted_by: string;
  ended_at: number | null;
  ended_by: string | null;
}

/** Violations of one rule and service that share a fingerprint. */
export interface ViolationGroupsTable {
  id: string;
  rule_id: string;
  /** The name of the rule in the newest violation; `severity` likewise. */
  rule_name: string;
  service: string;
  severity: string;
  first_seen: number;
  last_seen: number;
  /** When it was last seen again after a quiet time. */
  returned_at: number | null;
  /** Stored violations by status. */
  open: number;
  undecided: number;
  retracted: number;
  /** Pruned violations that stood when they were deleted. */
  pruned: number;
  /** See `searchedText`. */
  search_text: string;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  /** See `Fingerprint`. All three are empty for violations without one. */
  fingerprint: string;
  operation: string;
  error_kind: string;
}

/** A database, or a transaction on it. */
export type Queries = Kysely<Schema> | Transaction<Schema>;
