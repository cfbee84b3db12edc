import { check } from '#dsl';
import { type Command, type ExitCode, readArguments } from '../command.js';
import { findingOf } from '../finding.js';
import { findingText } from '../finding-text.js';
import { type Input, readInputs } from '../input.js';
import { UsageError } from '../problems.js';
import { readRuleFile } from '../rule-file/read-rule-file.js';
import type { RuleEntry } from '../rule-file/rule-file.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../server.js';
import type { Terminal } from '../terminal.js';

export const rulesImportCommand: Command = {
  name: 'rules import',
  summary: 'puts the rules of rule files onto a server',
  help: `betrace rules import --url URL FILE…

A rule of the same id is replaced, every other rule of the server stays. Nothing is sent when a file has errors.
Warnings go to standard error.

  --strict               warnings count as errors

${SERVER_HELP}
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, { ...SERVER_OPTIONS, strict: { type: 'boolean' } });
    if (values.url === undefined) throw new UsageError('--url is missing');
    const rules: RuleEntry[] = [];
    let wrong = 0;
    for (const input of await readInputs({ files: positionals }, terminal))
      wrong += readRules(input, rules, values.strict === true, terminal);
    if (wrong > 0) return 1;
    const server = new Server({ ...values, url: values.url }, terminal);
    for (const { id, name, description, expression, severity, tags, enabled, message } of rules) {
      await server.post('/v1/rules', {
        id,
        name,
        description,
        expression,
        severity,
        tags,
        enabled,
        ...(message === undefined ? {} : { message }),
      });
      terminal.out(`${id}\n`);
    }
    return 0;
  },
};

/** Adds the file's rules; shows its findings and returns how many of them keep it from being sent. */
function readRules({ file, text }: Input, into: RuleEntry[], strict: boolean, terminal: Terminal): number {
  const { rules, findings } = readRuleFile(file, text);
  into.push(...rules);
  const found = rules.flatMap(({ id, expression, expressionPlaces }) =>
    check(expression).diagnostics.map((diagnostic) => findingOf(diagnostic, file, (offset) => expressionPlaces.place(offset), id)),
  );
  const all = [...findings, ...found];
  for (const finding of all) terminal.err(`${findingText(finding, text, terminal)}\n`);
  return all.filter(({ severity }) => strict || severity === 'error').length;
}
