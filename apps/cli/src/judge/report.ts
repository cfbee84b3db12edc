import { findingText } from '../finding/finding-text.js';
import { visible, visibleLines } from '../table.js';
import { paint, type Terminal } from '../terminal.js';
import type { CaseResult, FileResult } from './run-rule-file.js';

/** What a report shows in addition to failures. */
export interface ReportOptions {
  /** Every case. */
  readonly verbose: boolean;
  /** Why the rule matches or does not, for each case. */
  readonly explain: boolean;
}

/** The results as text for people: failures with their causes, more by the options, and a line of totals at the end. */
export function report(
  results: readonly FileResult[],
  sources: ReadonlyMap<string, string>,
  options: ReportOptions,
  terminal: Terminal,
): void {
  for (const { file, errors, warnings, cases, untested } of results) {
    const failed = cases.filter(({ failure }) => failure !== undefined);
    const good = failed.length === 0 && errors.length === 0;
    const counted = `${cases.length} ${cases.length === 1 ? 'case' : 'cases'}`;
    terminal.out(
      `${good ? paint(terminal, 'green', '✓') : paint(terminal, 'red', '✗')} ${visible(file)} ${paint(terminal, 'dim', `(${counted})`)}\n`,
    );
    for (const warning of warnings) terminal.err(`${findingText(warning, sources.get(file) ?? '', terminal)}\n`);
    for (const error of errors) terminal.out(`${indented(findingText(error, sources.get(file) ?? '', terminal), '    ')}\n`);
    for (const result of options.verbose || options.explain ? cases : failed) terminal.out(caseText(file, result, options, terminal));
    if (untested.length > 0) terminal.out(`    ${paint(terminal, 'yellow', `without a test case: ${visible(untested.join(', '))}`)}\n`);
  }
  const cases = results.flatMap((result) => result.cases);
  const failed = cases.filter(({ failure }) => failure !== undefined).length;
  const errors = results.reduce((sum, result) => sum + result.errors.length, 0);
  const parts = [`${cases.length - failed} passed`, `${failed} failed`, ...(errors === 0 ? [] : [`${errors} not to be tried`])];
  terminal.out(`${paint(terminal, failed + errors === 0 ? 'green' : 'red', parts.join(', '))}\n`);
}

/** The results as JSON for programs. */
export function resultsJson(results: readonly FileResult[]): object {
  const files = results.map(({ file, errors, warnings, cases, untested }) => ({
    file,
    errors,
    warnings,
    cases: cases.map(({ rule, test, failure, why, milliseconds }) => ({
      rule: rule.id,
      name: test.name,
      line: test.place.line,
      passed: failure === undefined,
      ...(failure === undefined ? {} : { failure }),
      why,
      milliseconds,
    })),
    untested,
  }));
  const cases = results.flatMap((result) => result.cases);
  const failed = cases.filter(({ failure }) => failure !== undefined).length;
  return { passed: cases.length - failed, failed, files };
}

function caseText(file: string, { rule, test, failure, why }: CaseResult, { explain }: ReportOptions, terminal: Terminal): string {
  const title = visible(`${rule.id}: ${test.name}`);
  if (failure === undefined) {
    const lines = [`${paint(terminal, 'green', '✓')} ${title}`, ...(explain ? why.map((line) => `  ${visibleLines(line)}`) : [])];
    return `${indented(lines.join('\n'), '    ')}\n`;
  }
  const where = paint(terminal, 'dim', `${visible(file)}:${test.place.line}:${test.place.column}`);
  const lines = [`${paint(terminal, 'red', '✗')} ${title} ${where}`, visibleLines(`  ${failure.reason} (${failure.arrangement})`)];
  return `${indented([...lines, ...failure.details.map((detail) => `  ${visibleLines(detail)}`)].join('\n'), '    ')}\n`;
}

function indented(text: string, indent: string): string {
  return text.replace(/^(?=.)/gm, indent);
}
