import { attributes, escaped } from '../xml.js';
import type { CaseResult, FileResult } from './run-rule-file.js';

/** The results as JUnit XML, which CI servers show: a suite per file, a case per test case. */
export function junit(results: readonly FileResult[]): string {
  const count = (countOf: (result: FileResult) => number): number => results.reduce((sum, result) => sum + countOf(result), 0);
  const totals = attributes({
    name: 'betrace',
    tests: count(tests),
    failures: count(failures),
    errors: count(({ errors }) => errors.length),
    time: seconds(results.flatMap(({ cases }) => cases)),
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${totals}>`, ...results.flatMap(suite), '</testsuites>', ''].join('\n');
}

function suite(result: FileResult): readonly string[] {
  const { file, errors, cases } = result;
  const head = attributes({ name: file, tests: tests(result), failures: failures(result), errors: errors.length, time: seconds(cases) });
  const broken = errors.map(
    ({ line, column, code, message, rule }) =>
      `    <testcase${attributes({ name: `${rule ?? 'file'} can be read`, classname: rule ?? file, file, line })}>\n` +
      `      <error${attributes({ type: code, message: `${file}:${line}:${column}: ${message}` })}/>\n    </testcase>`,
  );
  return [`  <testsuite${head}>`, ...broken, ...cases.map((result) => testcase(file, result)), '  </testsuite>'];
}

function testcase(file: string, result: CaseResult): string {
  const { rule, test, failure } = result;
  const head = attributes({ name: test.name, classname: rule.id, file, line: test.place.line, time: seconds([result]) });
  if (failure === undefined) return `    <testcase${head}/>`;
  const message = attributes({ type: 'verdict', message: `${failure.reason} (${failure.arrangement})` });
  return `    <testcase${head}>\n      <failure${message}>${escaped(failure.details.join('\n'))}</failure>\n    </testcase>`;
}

function tests({ cases, errors }: FileResult): number {
  return cases.length + errors.length;
}

function failures({ cases }: FileResult): number {
  return cases.filter(({ failure }) => failure !== undefined).length;
}

function seconds(cases: readonly CaseResult[]): string {
  return (cases.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1_000).toFixed(3);
}
