import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readArguments } from '../../command.js';
import { UsageError } from '../../problems.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import { visible } from '../../table.js';
import { paint, type Terminal } from '../../terminal.js';

export const rulesHistoryCommand: Command = {
  name: 'rules history',
  summary: 'shows who changed what in a rule, and when',
  help: `betrace rules history [options] RULE

RULE is an id or a name; for a deleted rule the id.

  --limit N              maximum of changes, newest first (default 20)
  --output FORMAT        text (the default) or json

${SERVER_HELP}

POST /v1/rules/RULE/versions/N/restore restores an earlier version.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      ...SERVER_OPTIONS,
      limit: { type: 'string', default: '20' },
      ...OUTPUT_OPTION,
    });
    const [rule] = positionals;
    if (rule === undefined || positionals.length > 1) throw new UsageError('name one rule');
    const json = asksForJson(values);
    const path = `/v1/rules/${encodeURIComponent(rule)}/versions?limit=${encodeURIComponent(values.limit)}`;
    const history = (await new Server(values, terminal).get(path)) as History;
    if (json) terminal.out(`${JSON.stringify(history, undefined, 2)}\n`);
    else for (const version of history.versions) terminal.out(versionText(version, terminal));
    return 0;
  },
};

interface Version {
  readonly version: number;
  readonly action: string;
  readonly changed_at: string;
  readonly changed_by?: string;
  readonly changes?: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;
}

interface History {
  readonly versions: readonly Version[];
}

function versionText({ version, action, changed_at, changed_by, changes = {} }: Version, terminal: Terminal): string {
  const by = changed_by === undefined ? '' : ` by ${visible(changed_by)}`;
  return `${paint(terminal, 'bold', `version ${version}`)} ${action} ${changed_at}${by}\n${changesText(changes, terminal)}`;
}

/** The old and the new values of each member, as a diff. */
export function changesText(changes: NonNullable<Version['changes']>, terminal: Terminal): string {
  const lines = Object.entries(changes).flatMap(([member, { from, to }]) => [
    paint(terminal, 'red', `  - ${member}: ${shown(from)}`),
    paint(terminal, 'green', `  + ${member}: ${shown(to)}`),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

function shown(value: unknown): string {
  return value === undefined || value === null ? 'none' : visible(typeof value === 'string' ? value : JSON.stringify(value));
}
