import type { PublishedRule } from './rule.js';

/** A record of the rules log: the rule set of an epoch, as changes to the one before, or whole (`snapshot`). */
export interface RuleSetRecord {
  readonly epoch: number;
  readonly snapshot?: readonly PublishedRule[];
  readonly changes?: readonly RuleChange[];
  /** The rules of this epoch were lost, and the current ones replace them: its spans may have been judged by others. */
  readonly replaced?: true;
}

/** What a change does to the rule set. */
export type RuleChange = { readonly put: PublishedRule } | { readonly remove: string };
