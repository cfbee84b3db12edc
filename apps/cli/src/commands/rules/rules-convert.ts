import { convertWhen, isWhenForm, type WhenOptions } from '#dsl';
import { type Command, type ExitCode, readArguments } from '../../command.js';
import { findingOf } from '../../finding/finding.js';
import { findingText } from '../../finding/finding-text.js';
import { type Input, readInputs, writeText } from '../../input.js';
import { convertRuleFile } from '../../rule-file/convert-rule-file.js';
import { visible, visibleLines } from '../../table.js';
import type { Terminal } from '../../terminal.js';

export const rulesConvertCommand: Command = {
  name: 'rules convert',
  summary: 'rewrites rules of the form when { … } as BeTraceDSL',
  help: `betrace rules convert [options] FILE…
betrace rules convert [options] -e EXPRESSION

FILE is a rule file, of this version or of the Go version (whose \`condition\`, severities and examples become those of this one),
or a file with one expression. The verdicts stay the same. Rules that are BeTraceDSL already are left alone.

  -e, --expression TEXT  converts this expression
  --typed                attributes are sent with their types (numbers as numbers): shorter expressions, without tonumber
  --write                changes the files instead of printing them

Exit code: 0; 1 when a rule cannot be converted; 2 when a file cannot be read.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      expression: { type: 'string', short: 'e' },
      typed: { type: 'boolean' },
      write: { type: 'boolean' },
    });
    const options = { typed: values.typed === true };
    let code: ExitCode = 0;
    for (const input of await readInputs({ files: positionals, expression: values.expression }, terminal)) {
      const text = input.isRuleFile ? convertFile(input, options, terminal) : convertExpression(input, options, terminal);
      if (text === undefined) code = 1;
      else if (values.write !== true || input.file === 'stdin' || values.expression !== undefined) terminal.out(text);
      else if (text !== input.text) writeText(input.file, text);
    }
    return code;
  },
};

function convertFile({ file, text }: Input, options: WhenOptions, terminal: Terminal): string | undefined {
  const conversion = convertRuleFile(text, options);
  for (const { rule, reason } of conversion.failures) terminal.err(`${visible(`${file}: ${rule}`)}: ${visibleLines(reason)}\n`);
  return conversion.failures.length === 0 ? conversion.text : undefined;
}

function convertExpression({ file, text }: Input, options: WhenOptions, terminal: Terminal): string | undefined {
  if (!isWhenForm(text)) return text;
  const converted = convertWhen(text, options);
  if (converted.ok) return `${converted.text}\n`;
  for (const diagnostic of converted.diagnostics) terminal.err(`${findingText(findingOf(diagnostic, file), text, terminal)}\n`);
  return undefined;
}
