import type { RuleContent } from '#records';

export interface StoredRule extends RuleContent {
  /** Counts from 1; each change of the rule adds one. */
  readonly version: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a change to a rule does to the rule set. */
export interface EpochChange {
  readonly epoch: number;
  /** JSON of a rules log record (`RuleSetRecord`). */
  readonly record: string;
  /** Published to the rules log and switched by markers in every partition. */
  readonly published: boolean;
}

/** What a rule was at a version. */
export interface RuleVersion {
  readonly ruleId: string;
  readonly version: number;
  /** Unix milliseconds. */
  readonly changedAt: number;
  /** Who made it; undefined: taken over from a log, or made before that was noted. */
  readonly changedBy: string | undefined;
  /** The rule as it was; undefined: this version is its deletion. */
  readonly rule: StoredRule | undefined;
}

/** Rules that are put together. */
export interface RulesImport {
  readonly rules: readonly {
    readonly rule: RuleContent;
    /** As `Store.putRule` has it. */
    readonly expectedVersion?: number | undefined;
  }[];
  /** All rules that there are, by id with their versions: otherwise it is refused, as for another version. Absent: whatever is there. */
  readonly basedOn?: ReadonlyMap<string, number> | undefined;
  /** All other rules are deleted. */
  readonly replace: boolean;
  readonly now: number;
  /** Who imports. */
  readonly by?: string | undefined;
}

/** What became of a rule: new without `before`, deleted without `after`, unchanged when both have one version. */
export interface ImportedRule {
  readonly id: string;
  readonly before: StoredRule | undefined;
  readonly after: StoredRule | undefined;
}
