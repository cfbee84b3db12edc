import type { Generated, Kysely, Transaction } from 'kysely';

/** The tables, as the migrations leave them. Times are Unix milliseconds, booleans 0 or 1, `json…` columns JSON texts. */
export interface Schema {
  rules: RulesTable;
  rule_versions: RuleVersionsTable;
  rule_controls: RuleControlsTable;
  epochs: EpochsTable;
  violations: ViolationsTable;
  /** Every revision of a violation that has, or had, several. */
  violation_revisions: ViolationRevisionsTable;
  closed_traces: ClosedTracesTable;
  violation_groups: ViolationGroupsTable;
  marks: MarksTable;
  mutes: MutesTable;
  /** One row: see `ViolationSequence`. */
  violation_sequence: { id: number; origin: string; last: number };
  /** How far each reader of the violations log got. */
  positions: { reader: string; partition: number; position: number };
  /** The last revision of a violation that was exported, or refused by the receiver for good: then why. */
  notifications: { reader: string; violation_id: string; revision: number; first_offset: number; status: string };
  exports: { violation_id: string; revision: number; first_offset: number; status: string; refused: string | null };
  /** Keys that signed violations, by id. `public_key`: PEM, of an Ed25519 key. */
  signature_keys: { id: string; origin: string; public_key: string | null; since: number; until: Generated<number | null> };
  /** Tables that have rows; `emptied`: it was found without. */
  filled_tables: { name: string; emptied: number };
  /** Migrations that were run. `older_versions`: `go on`, or null; `passed_over`: 1, a version has opened the database that does not know it. */
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
  /** 1: traces that comply are told as evidence. */
  emit_evidence: number;
  enabled: number;
  message: string | null;
  on_error: string;
  /** 1: judged, without violations. A rule that is not enabled has 0. */
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
  /** Who made it; null: taken over from a log, or made before that was noted. */
  changed_by: string | null;
  /** The row of `rules` as it was; null: deleted. */
  json_rule: string | null;
}

/** The controls that each version of a rule names. */
export interface RuleControlsTable {
  framework: string;
  control: string;
  rule_id: string;
  version: number;
}

/** Numbered rule sets, and at once the outbox to the rules log. */
export interface EpochsTable {
  epoch: number;
  json_record: string;
  published: number;
  /** The last epoch at or before this one whose record holds the whole rule set; 0: made before that was noted. */
  base: number;
  base_rules: number;
  changes_since: number;
}

export interface ViolationsTable {
  id: string;
  revision: number;
  status: string;
  rule_id: string;
  rule_name: string;
  /** Null: kept before it was noted; then it is the one that was in force when the violation became certain. */
  rule_version: number | null;
  severity: string;
  trace_id: string;
  wire_trace_id: string;
  span_id: string;
  service: string;
  timestamp_ms: number;
  first_offset: number;
  json_record: string;
  /** See `searchedText`; null: kept before there was a search. */
  search_text: string | null;
  /** Its number in the order in which violations were kept; null: kept before they had numbers. */
  sequence: number | null;
  /** Null: not grouped by a fingerprint yet; then its group is that of its rule and service. */
  group_id: string | null;
}

/** How many traces of a partition closed in an hour, by the rule set under which they opened. */
export interface ClosedTracesTable {
  /** Whole hours since 1970. */
  hour: number;
  partition: number;
  epoch: number;
  /** The counts by parts of the hour, from the first part on. */
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

/** What people said of a violation or a group (`subject`). */
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
  /** Null: all. */
  service: string | null;
  until: number | null;
  /** More violations than these within an hour end it; null: it does not end so. */
  worse_above: Generated<number | null>;
  note: string | null;
  muted_at: number;
  muted_by: string;
  ended_at: number | null;
  ended_by: string | null;
}

/** The violations of a rule in a service that have a fingerprint in common. */
export interface ViolationGroupsTable {
  id: string;
  rule_id: string;
  /** Of the newest violation, as `severity`. */
  rule_name: string;
  service: string;
  severity: string;
  first_seen: number;
  last_seen: number;
  /** When it was last seen again after it had been quiet. */
  returned_at: number | null;
  /** Violations that are kept, by status. */
  open: number;
  undecided: number;
  retracted: number;
  /** Violations that stood when they were pruned. */
  pruned: number;
  /** See `searchedText`. */
  search_text: string;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  /** See `Fingerprint`; all empty: of violations that have none yet. */
  fingerprint: string;
  operation: string;
  error_kind: string;
}

/** A database, or a transaction on it. */
export type Queries = Kysely<Schema> | Transaction<Schema>;
