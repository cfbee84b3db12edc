import type { RuleContent } from '#records';
import type { RulesTable } from '../schema.js';
import { parsedColumn } from '../tables/json-column.js';
import type { StoredRule } from './stored-rule.js';

/** The column of each member of a rule. */
const COLUMNS = {
  id: 'id',
  name: 'name',
  description: 'description',
  expression: 'expression',
  severity: 'severity',
  tags: 'json_tags',
  controls: 'json_controls',
  emitEvidence: 'emit_evidence',
  enabled: 'enabled',
  shadow: 'shadow',
  message: 'message',
  onError: 'on_error',
  tests: 'json_tests',
} as const satisfies Record<keyof RuleContent, keyof RulesTable>;

export function rowOf(content: RuleContent): Pick<RulesTable, (typeof COLUMNS)[keyof RuleContent]> {
  const { id, name, description, expression, severity, tags, controls = [], enabled, message, onError } = content;
  const { emitEvidence = false, shadow = false, tests = [] } = content;
  const json_controls = JSON.stringify(controls.map(({ framework, control }) => ({ framework, control })));
  const flags = {
    json_tags: JSON.stringify(tags),
    enabled: enabled ? 1 : 0,
    // Kept while a rule is off: it applies again when the rule is enabled.
    shadow: shadow ? 1 : 0,
    emit_evidence: emitEvidence ? 1 : 0,
  };
  const json_tests = JSON.stringify(tests.map(({ name: named, trace, expect }) => ({ name: named, trace, expect })));
  return { id, name, description, expression, severity, json_controls, ...flags, message, on_error: onError, json_tests };
}

/** Whether a row has this content in every column. */
export function hasContent(row: RulesTable, content: RuleContent): boolean {
  const columns = rowOf(content);
  return Object.values(COLUMNS).every((column) => row[column] === columns[column]);
}

/** Absent when empty, and in versions stored before rules had controls. */
function controlsOf({ id, json_controls = '[]' }: Partial<RulesTable>): Pick<StoredRule, 'controls'> {
  const controls = parsedColumn<NonNullable<StoredRule['controls']>>(json_controls, () => `the controls of rule ${id}`);
  return controls.length === 0 ? {} : { controls };
}

/** Like `controlsOf`, for test cases. */
function testsOf({ id, json_tests = '[]' }: Partial<RulesTable>): Pick<StoredRule, 'tests'> {
  const tests = parsedColumn<NonNullable<StoredRule['tests']>>(json_tests, () => `the test cases of rule ${id}`);
  return tests.length === 0 ? {} : { tests };
}

export function ruleOf(row: RulesTable): StoredRule {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    expression: row.expression,
    severity: row.severity as StoredRule['severity'],
    tags: parsedColumn(row.json_tags, () => `the tags of rule ${row.id}`),
    ...controlsOf(row),
    ...testsOf(row),
    ...(row.emit_evidence === 1 ? { emitEvidence: true } : {}),
    enabled: row.enabled !== 0,
    // Absent when false, as in versions stored before the option existed.
    ...(row.shadow === 1 ? { shadow: true } : {}),
    message: row.message,
    // Null in versions stored before the option existed.
    onError: (row.on_error ?? 'no_match') as StoredRule['onError'],
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
