import type { StoredRule } from '#store';

/** What a member was, and what it is. */
export type RuleChanges = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

const MEMBERS = ['name', 'description', 'expression', 'severity', 'tags', 'enabled', 'message', 'onError'] as const;
/** Members that the API calls otherwise. */
const SHOWN: Readonly<Record<string, string>> = { onError: 'on_error' };

/** What differs between two states of a rule, by the names that the API has for its members. */
export function changesBetween(before: StoredRule, after: StoredRule): RuleChanges {
  const differing = MEMBERS.filter((member) => JSON.stringify(before[member]) !== JSON.stringify(after[member]));
  return Object.fromEntries(differing.map((member) => [SHOWN[member] ?? member, { from: before[member], to: after[member] }]));
}
