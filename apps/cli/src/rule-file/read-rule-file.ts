import { ruleTextProblems } from '#dsl';
import { ON_ERROR, RULE_MODES, type RuleControl, type RuleMember, SEVERITIES } from '#records';
import { readTestCase } from './read-test-case.js';
import type { RuleEntry, RuleFile } from './rule-file.js';
import { type Item, YamlReader } from './yaml-reader.js';

/** The keys of a rule, in the order in which an error names them. */
const RULE_KEYS = Object.keys({
  id: true,
  name: true,
  expression: true,
  description: true,
  severity: true,
  tags: true,
  controls: true,
  emit_evidence: true,
  enabled: true,
  mode: true,
  message: true,
  on_error: true,
  tests: true,
} satisfies Record<RuleMember | 'tests', true>);
const CONTROL_KEYS = ['framework', 'control'] as const;
const CONTROL_EXAMPLES = { framework: 'a framework such as SOC 2', control: "a control's id such as CC6.1" } as const;
/** Keys that only the Go version's rules have. */
const GO_KEYS = ['condition', 'example_violation', 'compliance_frameworks'] as const;
/** Keys that only answers of the API have: a backup is a rule file. */
const ANSWERED_KEYS = ['version', 'created_at', 'updated_at'] as const;

/** Parses a rule file (YAML or JSON) to rules and test cases, and reports every mistake. */
export function readRuleFile(file: string, text: string): RuleFile {
  const reader = new YamlReader(file, text);
  const { root } = reader;
  const rules: RuleEntry[] = [];
  const entries = root && reader.map(root, ['rules', 'total']);
  const list = entries?.get('rules');
  if (entries !== undefined && list === undefined) {
    reader.fail(root as Item, 'BT_CLI_MISSING_KEY', { where: 'the file', key: 'rules', what: 'a list of rules' });
  }
  if (root === undefined && reader.findings.length === 0) {
    reader.findings.push({ file, line: 1, column: 1, severity: 'error', code: 'BT_CLI_YAML', message: 'the file is empty' });
  }
  const foreign = list && reader.list(list)?.flatMap((item) => reader.foreignKey(item, GO_KEYS) ?? [])[0];
  if (foreign !== undefined) {
    // The rest is another format, and not checked.
    reader.fail(foreign.item, 'BT_CLI_OF_GO', { key: foreign.key });
    return { file, rules, findings: reader.findings };
  }
  const seen = new Map<string, string>();
  for (const item of (list && reader.list(list)) ?? []) {
    const rule = readRule(reader, item);
    if (rule === undefined) continue;
    const place = `line ${rule.place.line}`;
    const before = seen.get(rule.id);
    if (before !== undefined) reader.fail(item, 'BT_CLI_DUPLICATE_ID', { id: rule.id, place: before });
    seen.set(rule.id, place);
    rules.push(rule);
  }
  return { file, rules, findings: reader.findings };
}

function readRule(reader: YamlReader, item: Item): RuleEntry | undefined {
  const entries = reader.map(item, [...RULE_KEYS, ...ANSWERED_KEYS]);
  if (entries === undefined) return undefined;
  const read = <T>(key: string, reading: (inner: Item) => T | undefined): T | undefined => {
    const inner = entries.get(key);
    return inner && reading(inner);
  };
  const needed = (key: string, expected: string): undefined => {
    if (!entries.has(key)) reader.fail(item, 'BT_CLI_MISSING_KEY', { where: item.where, key, what: expected });
  };
  needed('id', 'letters, digits and hyphens');
  needed('expression', 'when the rule is violated');
  const id = read('id', (inner) => reader.text(inner));
  const places = read('expression', (inner) => reader.textPlaces(inner));
  const texts = (inner: Item): readonly string[] | undefined => {
    const list = reader.list(inner)?.map((tag) => reader.text(tag));
    return list?.every((tag) => tag !== undefined) ? list : undefined;
  };
  const enabled = read('enabled', (inner) => reader.boolean(inner));
  const mode = read('mode', (inner) => reader.oneOf(inner, RULE_MODES));
  if (mode !== undefined && enabled !== undefined && enabled !== (mode !== 'off')) {
    reader.fail(entries.get('mode')!, 'BT_CLI_RULE_TEXT', { key: 'mode', what: `is ${mode}, and enabled is ${enabled}: say one of them` });
  }
  const message = read('message', (inner) => reader.text(inner));
  const rule = {
    name: read('name', (inner) => reader.text(inner)) ?? id ?? '',
    description: read('description', (inner) => reader.text(inner)) ?? '',
    severity: read('severity', (inner) => reader.oneOf(inner, SEVERITIES)) ?? 'MEDIUM',
    tags: read('tags', texts) ?? [],
    controls: read('controls', (inner) => readControls(reader, inner)) ?? [],
    ...(read('emit_evidence', (inner) => reader.boolean(inner)) === true ? { emitEvidence: true } : {}),
    enabled: mode === undefined ? (enabled ?? true) : mode !== 'off',
    ...(mode === 'shadow' ? { mode } : {}),
    ...(message === undefined ? {} : { message }),
    onError: read('on_error', (inner) => reader.oneOf(inner, ON_ERROR)) ?? 'no_match',
    tests: read('tests', (inner) => reader.list(inner)?.map((test) => readTestCase(reader, test))) ?? [],
  };
  const tests = rule.tests.filter((test) => test !== undefined);
  if (id === undefined || places === undefined) return undefined;
  // A file may have more test cases than a server stores.
  const wrong = ruleTextProblems({ ...rule, id, expression: places.value, tests: [] });
  for (const { member, message: what } of wrong) {
    reader.fail(entries.get(member.split('[', 1)[0]!) ?? item, 'BT_CLI_RULE_TEXT', { key: member, what });
  }
  if (wrong.some(({ member }) => member === 'id')) return undefined;
  return { ...rule, id, expression: places.value, tests, place: reader.placeOf(item), expressionPlaces: places };
}

/** `[{framework: SOC 2, control: CC6.1}]`. */
function readControls(reader: YamlReader, item: Item): readonly RuleControl[] {
  return (reader.list(item) ?? []).flatMap((inner): readonly RuleControl[] => {
    const entries = reader.map(inner, CONTROL_KEYS);
    if (entries === undefined) return [];
    const [framework, control] = CONTROL_KEYS.map((key) => {
      const value = entries.get(key);
      if (value !== undefined) return reader.text(value);
      return reader.fail(inner, 'BT_CLI_MISSING_KEY', { where: inner.where, key, what: CONTROL_EXAMPLES[key] });
    });
    return framework === undefined || control === undefined ? [] : [{ framework, control }];
  });
}
