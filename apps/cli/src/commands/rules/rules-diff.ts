import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readArguments } from '../../command.js';
import { type ImportAnswer, rulesToSend } from '../../rule-file/rules-to-send.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import { visible } from '../../table.js';
import { paint, type Terminal } from '../../terminal.js';
import { changesText } from './rules-history.js';

const SIGNS = {
  created: ['+', 'green'],
  deleted: ['-', 'red'],
  updated: ['~', 'yellow'],
  unchanged: ['=', 'dim'],
} as const;

export const rulesDiffCommand: Command = {
  name: 'rules diff',
  summary: 'compares rule files with the rules of a server',
  help: `betrace rules diff [options] FILE…

Shows what betrace rules import would change: + a rule that the server lacks, ~ one that differs, member by member. Nothing is changed.

  --replace              also - rules of the server that are in none of the files
  --output FORMAT        text (the default) or json: what POST /v1/rules/import answers

${SERVER_HELP}

Exit code: 0 when nothing differs, 1 when something does, 2 when a file has errors or the server answers with an error.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      ...SERVER_OPTIONS,
      replace: { type: 'boolean' },
      ...OUTPUT_OPTION,
    });
    const json = asksForJson(values);
    const server = new Server(values, terminal);
    const rules = await rulesToSend(positionals, false, terminal);
    if (rules === undefined) return 2;
    const mode = values.replace === true ? 'replace' : 'merge';
    const answer = (await server.post('/v1/rules/import', { mode, dry_run: true, rules })) as ImportAnswer;
    const differing = answer.rules.filter(({ action }) => action !== 'unchanged');
    if (json) terminal.out(`${JSON.stringify(answer, undefined, 2)}\n`);
    else
      for (const { id, action, changes = {} } of differing) {
        const [sign, color] = SIGNS[action];
        terminal.out(`${paint(terminal, color, `${sign} ${visible(id)}`)}\n${changesText(changes, terminal)}`);
      }
    return differing.length > 0 ? 1 : 0;
  },
};
