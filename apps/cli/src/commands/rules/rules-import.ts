import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readArguments } from '../../command.js';
import { type ImportAnswer, rulesToSend } from '../../rule-file/rules-to-send.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import { visible } from '../../table.js';
import type { Terminal } from '../../terminal.js';

export const rulesImportCommand: Command = {
  name: 'rules import',
  summary: 'imports rule files into a server',
  help: `betrace rules import [options] FILE…

A rule of the same id is replaced; the other rules of the server stay. All rules take effect together. Nothing is sent
when a file has errors. Warnings go to standard error.

  --replace              deletes the server's rules that are in none of the files
  --dry-run              says what would change, and changes nothing
  --strict               warnings count as errors
  --output FORMAT        text (the default) or json: what POST /v1/rules/import answers

${SERVER_HELP}
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      ...SERVER_OPTIONS,
      ...OUTPUT_OPTION,
      strict: { type: 'boolean' },
      replace: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
    });
    const isJson = asksForJson(values);
    const rules = await rulesToSend(positionals, values.strict === true, terminal);
    if (rules === undefined) return 1;
    const server = new Server(values, terminal);
    const mode = values.replace === true ? 'replace' : 'merge';
    const dry_run = values['dry-run'] === true;
    const answer = (await server.post('/v1/rules/import', { mode, dry_run, rules })) as ImportAnswer;
    if (isJson) terminal.out(`${JSON.stringify(answer, undefined, 2)}\n`);
    for (const { id, action, changes } of isJson ? [] : answer.rules) {
      const members = changes === undefined ? '' : ` (${Object.keys(changes).join(', ')})`;
      const done = dry_run ? `would be ${action}` : action;
      terminal.out(`${visible(`${id}: ${done}${members}`)}\n`);
    }
    return 0;
  },
};
