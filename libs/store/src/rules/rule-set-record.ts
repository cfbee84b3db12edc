import type { OnError, PublishedRule, RuleChange, RuleSetRecord, Severity } from '#records';
import type { RulesTable } from '../schema.js';
import { ruleOf } from './rule-row.js';

/** The minimum number of changes between two whole rule sets; a larger rule set takes as many changes as it has rules. */
export const SNAPSHOT_EVERY = 50;

/** A rule in its published form; undefined when it is not enabled. */
export function publishedRule(row: RulesTable | undefined): PublishedRule | undefined {
  if (row === undefined || row.enabled === 0) return undefined;
  const { id, name, version, expression, severity, message } = row;
  // Null in versions stored before the option existed.
  const onError = (row.on_error ?? 'no_match') as OnError;
  return {
    id,
    name,
    version,
    expression,
    severity: severity as Severity,
    ...(message === null ? {} : { message }),
    ...(onError === 'no_match' ? {} : { onError }),
    ...(row.shadow === 1 ? { mode: 'shadow' } : evidenceOf(row)),
  };
}

/** Evidence concerns controls, so a rule without controls has none. */
function evidenceOf(row: RulesTable): Pick<PublishedRule, 'evidence'> {
  if (row.emit_evidence !== 1) return {};
  const { controls = [] } = ruleOf(row);
  return controls.length === 0 ? {} : { evidence: controls };
}

/** The change of the published rule set that follows from a rule's change; empty when there is none. */
export function changeOf(before: RulesTable | undefined, after: RulesTable | undefined): readonly RuleChange[] {
  const put = publishedRule(after);
  if (put !== undefined) return [{ put }];
  return publishedRule(before) === undefined ? [] : [{ remove: before!.id }];
}

/** The rule set that results from these records, ordered by id. The first record holds a whole set. */
export function ruleSetOf(records: readonly RuleSetRecord[]): readonly PublishedRule[] {
  const rules = new Map<string, PublishedRule>();
  records.forEach((record, i) => {
    if (i === 0) for (const rule of record.snapshot ?? []) rules.set(rule.id, rule);
    else for (const change of record.changes ?? []) apply(rules, change);
  });
  return [...rules.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function apply(rules: Map<string, PublishedRule>, change: RuleChange): void {
  if ('put' in change) rules.set(change.put.id, change.put);
  else rules.delete(change.remove);
}
