import { type CaseFailure, judgeCase } from '#cases';
import { check } from '#dsl';
import { RuleSet } from '#engine';
import { type Finding, findingOf } from '../finding/finding.js';
import type { FileTestCase, RuleEntry, RuleFile } from '../rule-file/rule-file.js';

export interface CaseResult {
  readonly rule: RuleEntry;
  readonly test: FileTestCase;
  readonly failure?: CaseFailure;
  /** Why the rule matches, or does not. */
  readonly why: readonly string[];
  readonly milliseconds: number;
}

export interface FileResult {
  readonly file: string;
  /** What prevents running the file, or a rule of it. */
  readonly errors: readonly Finding[];
  /** Probable mistakes in rules that run. */
  readonly warnings: readonly Finding[];
  readonly cases: readonly CaseResult[];
  /** Rules without a test case. */
  readonly untested: readonly string[];
}

/** Runs all test cases of a rule file, each rule separately. */
export function runRuleFile({ file, rules, findings }: RuleFile, now: () => number): FileResult {
  const errors: Finding[] = [...findings];
  const warnings: Finding[] = [];
  const cases: CaseResult[] = [];
  for (const rule of rules) {
    const { id, name, expression, severity, message, onError } = rule;
    const checked = check(expression);
    for (const diagnostic of checked.diagnostics) {
      const found = findingOf(diagnostic, file, rule.expressionPlaces, id);
      (diagnostic.severity === 'error' ? errors : warnings).push(found);
    }
    if (!checked.ok) continue;
    const set = RuleSet.compile(1, [
      { id, name, version: 1, expression, severity, onError, ...(message === undefined ? {} : { message }) },
    ]);
    for (const test of rule.tests) {
      const started = now();
      const judged = judgeCase(set, test, `${id} ${test.name}`);
      cases.push({ rule, test, milliseconds: now() - started, ...judged });
    }
  }
  return { file, errors, warnings, cases, untested: rules.filter(({ tests }) => tests.length === 0).map(({ id }) => id) };
}
