import { check, compileRules, describeRule } from '#dsl';
import { type Command, type ExitCode, readArguments } from '../command.js';
import { type Finding, findingOf, type Place } from '../finding.js';
import { findingText } from '../finding-text.js';
import { type Input, readInputs } from '../input.js';
import { readRuleFile } from '../rule-file/read-rule-file.js';
import type { Terminal } from '../terminal.js';
import { explanationText, type RuleExplanation } from './rule-explanation.js';

export const checkCommand: Command = {
  name: 'check',
  summary: 'finds errors in rules, and says what judging them costs',
  help: `betrace check [options] FILE…
betrace check [options] -e EXPRESSION

FILE is a rule file (.yaml, .yml, .json), a directory of them, a file with one expression, or - for standard input.

  -e, --expression TEXT  checks this expression
  --explain              says what each rule reads and keeps, and when it can fire
  --json                 findings (and explanations) as JSON
  --strict               warnings count as errors

Exit code: 0 without errors, 1 with errors, 2 when a file can not be read.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      expression: { type: 'string', short: 'e' },
      explain: { type: 'boolean' },
      json: { type: 'boolean' },
      strict: { type: 'boolean' },
    });
    const inputs = await readInputs({ files: positionals, expression: values.expression }, terminal);
    const checked = inputs.map(checkInput);
    const findings = checked.flatMap((result) => result.findings);
    const rules = checked.flatMap((result) => result.rules);
    if (values.json === true) {
      terminal.out(`${JSON.stringify({ findings, ...(values.explain === true ? { rules } : {}) }, undefined, 2)}\n`);
    } else {
      const sources = new Map(inputs.map(({ file, text }) => [file, text]));
      for (const finding of findings) terminal.out(`${findingText(finding, sources.get(finding.file) ?? '', terminal)}\n`);
      if (values.explain === true) for (const rule of rules) terminal.out(explanationText(rule, terminal));
    }
    return findings.some(({ severity }) => severity === 'error' || values.strict === true) ? 1 : 0;
  },
};

interface CheckedInput {
  readonly findings: readonly Finding[];
  readonly rules: readonly RuleExplanation[];
}

function checkInput({ file, text, isRuleFile }: Input): CheckedInput {
  if (!isRuleFile) return checkExpression(file, text);
  const { rules, findings } = readRuleFile(file, text);
  const checked = rules.map(({ id, expression, expressionPlaces }) =>
    checkExpression(file, expression, (offset) => expressionPlaces.place(offset), id),
  );
  const all = [...findings, ...checked.flatMap((result) => result.findings)];
  return {
    findings: all.sort((a, b) => a.line - b.line || a.column - b.column),
    rules: checked.flatMap((result) => result.rules),
  };
}

function checkExpression(file: string, text: string, placeOf?: (offset: number) => Place, rule?: string): CheckedInput {
  const checked = check(text);
  const findings = checked.diagnostics.map((diagnostic) => findingOf(diagnostic, file, placeOf, rule));
  if (!checked.ok) return { findings, rules: [] };
  const { reads } = compileRules([{ id: rule ?? '', checked: checked.rule }]);
  const { attributes, resourceAttributes } = reads;
  const fields = [...reads.fields].filter((field) => field !== 'attributes' && field !== 'resource');
  const explanation = {
    file,
    ...(rule === undefined ? {} : { rule }),
    ...describeRule(checked.rule),
    reads: { fields, attributes, resource_attributes: resourceAttributes },
  };
  return { findings, rules: [explanation] };
}
