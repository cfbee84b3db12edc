import { check, compileRules, DEFAULT_TIMEOUT, describeRule } from '#dsl';
import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readArguments } from '../../command.js';
import { type Finding, findingOf } from '../../finding/finding.js';
import { findingText } from '../../finding/finding-text.js';
import type { ScalarPlaces } from '../../finding/scalar-places.js';
import { type Input, readInputs } from '../../input.js';
import { UsageError } from '../../problems.js';
import { readRuleFile } from '../../rule-file/read-rule-file.js';
import type { Terminal } from '../../terminal.js';
import { explanationText, type RuleExplanation } from './rule-explanation.js';

export const checkCommand: Command = {
  name: 'check',
  summary: 'finds errors in rules, and shows what evaluating them costs',
  help: `betrace check [options] FILE…
betrace check [options] -e EXPRESSION

FILE is a rule file (.yaml, .yml, .json), a directory of them, a file with one expression, or - for standard input.

  -e, --expression TEXT  checks this expression
  --explain              says what each rule reads and keeps, when it can fire, and from how many spans it may give up
  --timeout MS           rules.evaluation_timeout of the server, for that number (default 100)
  --output FORMAT        text (the default) or json: findings, and explanations
  --json                 the same as --output json
  --strict               warnings count as errors

Exit code: 0 without errors, 1 with errors, 2 when a file cannot be read.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      expression: { type: 'string', short: 'e' },
      explain: { type: 'boolean' },
      timeout: { type: 'string' },
      ...OUTPUT_OPTION,
      json: { type: 'boolean' },
      strict: { type: 'boolean' },
    });
    const isJson = asksForJson(values) || values.json === true;
    const inputs = await readInputs({ files: positionals, expression: values.expression }, terminal);
    const timeout = milliseconds(values.timeout);
    const checked = inputs.map((input) => checkInput(input, timeout));
    const findings = checked.flatMap((result) => result.findings);
    const rules = checked.flatMap((result) => result.rules);
    if (isJson) {
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

/**
 * At most a day, like the settings of a server.
 * @throws UsageError
 */
function milliseconds(option: string | undefined): number {
  if (option === undefined) return DEFAULT_TIMEOUT;
  const value = /^[0-9]+$/.test(option) ? Number(option) : 0;
  if (value >= 1 && value <= 86_400_000) return value;
  throw new UsageError(`--timeout is a whole number of milliseconds, from 1 to 86400000, not ${option}`);
}

function checkInput({ file, text, isRuleFile }: Input, timeout: number): CheckedInput {
  if (!isRuleFile) return checkExpression({ file, text, timeout });
  const { rules, findings } = readRuleFile(file, text);
  const checked = rules.map(({ id, expression, expressionPlaces }) =>
    checkExpression({ file, text: expression, timeout, places: expressionPlaces, rule: id }),
  );
  const all = [...findings, ...checked.flatMap((result) => result.findings)];
  return {
    findings: all.sort((a, b) => a.line - b.line || a.column - b.column),
    rules: checked.flatMap((result) => result.rules),
  };
}

interface ExpressionInput {
  readonly file: string;
  readonly text: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly places?: ScalarPlaces;
  readonly rule?: string;
}

function checkExpression({ file, text, timeout, places, rule }: ExpressionInput): CheckedInput {
  const checked = check(text);
  const findings = checked.diagnostics.map((diagnostic) => findingOf(diagnostic, file, places, rule));
  if (!checked.ok) return { findings, rules: [] };
  const { reads } = compileRules([{ id: rule ?? '', checked: checked.rule }]);
  const { attributes, resourceAttributes } = reads;
  const fields = [...reads.fields].filter((field) => field !== 'attributes' && field !== 'resource');
  const explanation = {
    file,
    ...(rule === undefined ? {} : { rule }),
    ...describeRule(checked.rule, timeout),
    reads: { fields, attributes, resource_attributes: resourceAttributes },
  };
  return { findings, rules: [explanation] };
}
