import { format } from '#dsl';
import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readArguments } from '../../command.js';
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
  --output FORMAT        text (the default) or json: each file, whether it is formatted, its findings, and its formatted text unless it is checked or written

Exit code: 0; 1 when an expression has errors of syntax, or --check found a file; 2 when a file cannot be read.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      expression: { type: 'string', short: 'e' },
      check: { type: 'boolean' },
      write: { type: 'boolean' },
      ...OUTPUT_OPTION,
    });
    if (values.check === true && values.write === true) throw new UsageError('give --check or --write, not both');
    const isJson = asksForJson(values);
    const files: object[] = [];
    let code: ExitCode = 0;
    for (const input of await readInputs({ files: positionals, expression: values.expression }, terminal)) {
      const { text, findings } = formatInput(input);
      const formatted = findings.length === 0 && text === input.text;
      const written = values.write === true && input.file !== 'stdin' && values.expression === undefined;
      if (findings.length > 0 || (values.check === true && !formatted)) code = 1;
      if (findings.length === 0 && written && !formatted) writeText(input.file, text);
      const printed = findings.length === 0 && values.check !== true && !written;
      if (isJson) files.push({ file: input.file, formatted, findings, ...(printed ? { text } : {}) });
      else {
        for (const finding of findings) terminal.err(`${findingText(finding, input.text, terminal)}\n`);
        if (printed) terminal.out(text);
        else if (values.check === true && findings.length === 0 && !formatted) terminal.out(`${input.file}\n`);
      }
    }
    if (isJson) terminal.out(`${JSON.stringify({ files }, undefined, 2)}\n`);
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
