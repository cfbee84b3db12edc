import { format } from '#dsl';
import { type Command, type ExitCode, readArguments } from '../../command.js';
import { type Finding, findingOf } from '../../finding/finding.js';
import { findingText } from '../../finding/finding-text.js';
import { type Input, readInputs, writeText } from '../../input.js';
import { UsageError } from '../../problems.js';
import { readRuleFile } from '../../rule-file/read-rule-file.js';
import { rewriteExpressions } from '../../rule-file/rewrite-expressions.js';
import type { Terminal } from '../../terminal.js';

export const fmtCommand: Command = {
  name: 'fmt',
  summary: 'formats expressions, also those within rule files',
  help: `betrace fmt [--check | --write] FILE…
betrace fmt -e EXPRESSION

Prints the formatted text. In a rule file only the expressions change.

  -e, --expression TEXT  formats this expression
  --write                changes the files instead
  --check                lists the files that are not formatted

Exit code: 0; 1 when an expression has errors of syntax, or --check found a file; 2 when a file cannot be read.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      expression: { type: 'string', short: 'e' },
      check: { type: 'boolean' },
      write: { type: 'boolean' },
    });
    if (values.check === true && values.write === true) throw new UsageError('give --check or --write, not both');
    let code: ExitCode = 0;
    for (const input of await readInputs({ files: positionals, expression: values.expression }, terminal)) {
      const { text, findings } = formatInput(input);
      for (const finding of findings) terminal.err(`${findingText(finding, input.text, terminal)}\n`);
      if (findings.length > 0) code = 1;
      else if (values.check === true) {
        if (text !== input.text) terminal.out(`${input.file}\n`);
        if (text !== input.text) code = 1;
      } else if (values.write !== true || input.file === 'stdin' || values.expression !== undefined) terminal.out(text);
      else if (text !== input.text) writeText(input.file, text);
    }
    return code;
  },
};

interface FormattedInput {
  readonly text: string;
  readonly findings: readonly Finding[];
}

function formatInput({ file, text, isRuleFile }: Input): FormattedInput {
  if (!isRuleFile) {
    const formatted = format(text);
    if (formatted.ok) return { text: `${formatted.text}\n`, findings: [] };
    return { text, findings: formatted.diagnostics.map((diagnostic) => findingOf(diagnostic, file)) };
  }
  const { rules, findings } = readRuleFile(file, text);
  const wrong = rules.flatMap(({ id, expression, expressionPlaces }) => {
    const formatted = format(expression);
    if (formatted.ok) return [];
    return formatted.diagnostics.map((diagnostic) => findingOf(diagnostic, file, expressionPlaces, id));
  });
  const all = [...findings, ...wrong];
  return { text: all.length > 0 ? text : rewriteExpressions(text, formatOrKeep), findings: all };
}

function formatOrKeep(expression: string): string {
  const formatted = format(expression);
  return formatted.ok ? formatted.text : expression;
}
