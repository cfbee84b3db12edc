import { isMap, isScalar, isSeq, type Pair, parseDocument, Scalar, type YAMLMap } from 'yaml';
import { convertWhen, isWhenForm, type WhenOptions } from '#dsl';
import { SEVERITIES } from '#records';

export interface Conversion {
  readonly text: string;
  /** Ids (or places) of rules whose expression could not be parsed, and why. */
  readonly failures: readonly { readonly rule: string; readonly reason: string }[];
}

/** Keys of the Go version's rule files, with their current names. */
const RENAMED: Readonly<Record<string, string>> = { condition: 'expression', compliance_frameworks: 'tags' };

/**
 * Converts a rule file with `when { … }` expressions to BeTraceDSL. A file of the Go version (`condition`, lower-case severities, `example_violation`) becomes
 * a rule file: its example becomes a test case that must match. Comments stay.
 */
export function convertRuleFile(source: string, options: WhenOptions): Conversion {
  const document = parseDocument(source, { version: '1.2', intAsBigInt: true });
  const failures: { rule: string; reason: string }[] = [];
  const [error] = document.errors;
  if (error !== undefined) return { text: source, failures: [{ rule: 'the file', reason: error.message }] };
  const rules = document.get('rules', true);
  for (const [index, rule] of (isSeq(rules) ? rules.items : []).entries()) {
    if (!isMap(rule)) continue;
    for (const pair of rule.items) rename(pair);
    upperCaseSeverity(rule);
    const reason = convertExpression(rule, options);
    if (reason !== undefined) failures.push({ rule: String(rule.get('id') ?? `rules[${index}]`), reason });
    exampleToTest(rule);
  }
  return { text: document.toString({ lineWidth: 0 }), failures };
}

function rename(pair: Pair): void {
  const name = isScalar(pair.key) ? RENAMED[String(pair.key.value)] : undefined;
  if (name !== undefined && isScalar(pair.key)) pair.key.value = name;
}

function upperCaseSeverity(rule: YAMLMap): void {
  const severity = String(rule.get('severity') ?? '').toUpperCase();
  if (SEVERITIES.some((candidate) => candidate === severity)) rule.set('severity', severity);
}

function convertExpression(rule: YAMLMap, options: WhenOptions): string | undefined {
  const expression = rule.get('expression');
  if (typeof expression !== 'string') return 'it has no expression';
  if (!isWhenForm(expression)) return undefined;
  const converted = convertWhen(expression, options);
  if (!converted.ok) {
    const [first] = converted.diagnostics;
    return `${first?.message ?? ''} (line ${first?.line ?? 1}, column ${first?.column ?? 1} of the expression)`;
  }
  const scalar = new Scalar(converted.text);
  if (converted.text.includes('\n')) scalar.type = 'BLOCK_LITERAL';
  rule.set('expression', scalar);
  return undefined;
}

/** `example_violation: {description, trace: [{span, attributes}]}` → one entry of `tests`. */
function exampleToTest(rule: YAMLMap): void {
  const example = rule.get('example_violation', true);
  if (!isMap(example)) return;
  const trace = example.get('trace', true);
  for (const span of isSeq(trace) ? trace.items : []) {
    for (const pair of isMap(span) ? span.items : []) if (isScalar(pair.key) && pair.key.value === 'span') pair.key.value = 'name';
  }
  const name = example.get('description') ?? 'the example of a violation';
  rule.delete('example_violation');
  rule.set('tests', [{ name, trace, expect: 'match' }]);
}
