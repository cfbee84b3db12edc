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

A rule of the same id is replaced, every other rule of the server stays. All rules come into force together. Nothing is sent
when a file has errors. Warnings go to standard error.

  --replace              deletes the server's rules that are in none of the files
  --dry-run              says what would change, and changes nothing
  --strict               warnings count as errors

${SERVER_HELP}
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      ...SERVER_OPTIONS,
      strict: { type: 'boolean' },
      replace: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
    });
    if (values.url === undefined) throw new UsageError('--url is missing');
    const rules: RuleEntry[] = [];
    let wrong = 0;
    for (const input of await readInputs({ files: positionals }, terminal))
      wrong += readRules(input, rules, values.strict === true, terminal);
    if (wrong > 0) return 1;
    const server = new Server({ ...values, url: values.url }, terminal);
    const mode = values.replace === true ? 'replace' : 'merge';
    const dry_run = values['dry-run'] === true;
    const answer = (await server.post('/v1/rules/import', { mode, dry_run, rules: rules.map(bodyOf) })) as ImportAnswer;
    for (const { id, action, changes } of answer.rules) {
      const members = changes === undefined ? '' : ` (${Object.keys(changes).join(', ')})`;
      terminal.out(dry_run ? `${id}: would be ${action}${members}\n` : `${id}: ${action}${members}\n`);
    }
    return 0;
  },
};

interface ImportAnswer {
  readonly rules: readonly { readonly id: string; readonly action: string; readonly changes?: Readonly<Record<string, unknown>> }[];
}

function bodyOf({ id, name, description, expression, severity, tags, enabled, message, onError }: RuleEntry): object {
  const rule = { id, name, description, expression, severity, tags, enabled, on_error: onError };
  return message === undefined ? rule : { ...rule, message };
}

/** Adds the file's rules; shows its findings and returns how many of them keep it from being sent. */
function readRules({ file, text }: Input, into: RuleEntry[], strict: boolean, terminal: Terminal): number {
  const { rules, findings } = readRuleFile(file, text);
  into.push(...rules);
  const found = rules.flatMap(({ id, expression, expressionPlaces }) =>
    check(expression).diagnostics.map((diagnostic) => findingOf(diagnostic, file, expressionPlaces, id)),
  );
  const all = [...findings, ...found];
  for (const finding of all) terminal.err(`${findingText(finding, text, terminal)}\n`);
  return all.filter(({ severity }) => strict || severity === 'error').length;
}
