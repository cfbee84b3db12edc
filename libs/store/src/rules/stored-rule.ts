import type { RuleContent } from '#records';

export interface StoredRule extends RuleContent {
  /** Counts from 1; each change adds one. */
  readonly version: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The effect of a rule change on the rule set. */
export interface EpochChange {
  readonly epoch: number;
  /** JSON of a rules log record (`RuleSetRecord`). */
  readonly record: string;
  /** Whether the record is in the rules log, and every partition has the marker. */
  readonly published: boolean;
  /** The log was empty when the epoch came into the outbox again: its rules hold from the beginning of the log. */
  readonly fromBeginning: boolean;
}

/** One version in the history of a rule. */
export interface RuleVersion {
  readonly ruleId: string;
  readonly version: number;
  /** Unix milliseconds. */
  readonly changedAt: number;
  /** The author; undefined: taken over from a log, or saved before authors were recorded. */
  readonly changedBy: string | undefined;
  /** The rule at this version; undefined: the version is a deletion. */
  readonly rule: StoredRule | undefined;
}

/** Rules that are imported together. */
export interface RulesImport {
  readonly rules: readonly {
    readonly rule: RuleContent;
    /** As in `Store.putRule`. */
    readonly expectedVersion?: number | undefined;
  }[];
  /** The versions of all existing rules by id: the import is refused when they differ. Absent: not checked. */
  readonly basedOn?: ReadonlyMap<string, number> | undefined;
  /** Delete all other rules. */
  readonly replace: boolean;
  readonly now: number;
  /** The author. */
  readonly by?: string | undefined;
}

/** The outcome for one rule: new without `before`, deleted without `after`, unchanged when both have one version. */
export interface ImportedRule {
  readonly id: string;
  readonly before: StoredRule | undefined;
  readonly after: StoredRule | undefined;
}
