import type { RuleContent, RuleMember } from '#records';
import type { StoredRule } from '#store';
import { ruleMode } from '../rule-mode.js';

/** The old and the new value of a member. */
export type RuleChanges = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

/** The members that are compared directly, with their names in the API. */
const SHOWN = {
  name: 'name',
  description: 'description',
  expression: 'expression',
  severity: 'severity',
  tags: 'tags',
  enabled: 'enabled',
  message: 'message',
  onError: 'on_error',
} as const satisfies Record<Exclude<keyof RuleContent, 'id' | 'controls' | 'emitEvidence' | 'shadow' | 'tests'>, RuleMember>;
const MEMBERS = Object.keys(SHOWN) as readonly (keyof typeof SHOWN)[];

/** The difference of two states of a rule, with the names of the API. */
export function changesBetween(before: StoredRule, after: StoredRule): RuleChanges {
  const differing = MEMBERS.filter((member) => JSON.stringify(before[member]) !== JSON.stringify(after[member]));
  const changes = differing.map((member): [string, RuleChanges[string]] => {
    return [SHOWN[member], { from: before[member], to: after[member] }];
  });
  const had = before.controls ?? [];
  const has = after.controls ?? [];
  if (JSON.stringify(had) !== JSON.stringify(has)) changes.push(['controls', { from: had, to: has }]);
  const { emitEvidence: emitted = false } = before;
  const { emitEvidence: emits = false } = after;
  if (emitted !== emits) changes.push(['emit_evidence', { from: emitted, to: emits }]);
  const { tests: tested = [] } = before;
  const { tests = [] } = after;
  if (JSON.stringify(tested) !== JSON.stringify(tests)) changes.push(['tests', { from: tested, to: tests }]);
  // Between `enforce` and `off`, `enabled` suffices.
  const from = ruleMode(before);
  const to = ruleMode(after);
  if (from !== to && (from === 'shadow' || to === 'shadow')) changes.push(['mode', { from, to }]);
  return Object.fromEntries(changes);
}
