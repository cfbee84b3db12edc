import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readOptions } from '../../command.js';
import { UsageError } from '../../problems.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import { table } from '../../table.js';
import type { Terminal } from '../../terminal.js';
import { FILTER_HELP, FILTER_OPTIONS, filterQuery } from '../../violation-filter.js';

const PAGE = 500;

const { group: _, trace: __, ...GROUP_FILTERS } = FILTER_OPTIONS;
const GROUP_FILTER_HELP = FILTER_HELP.split('\n')
  .filter((line) => !/--(group|trace) /.test(line))
  .map((line) =>
    line.replace('part of an id, a name, the message or a value of the metadata', 'part of the rule, the service or the operation'),
  )
  .join('\n');

export const violationsGroupsCommand: Command = {
  name: 'violations groups',
  summary: 'lists groups of violations: by rule, service and operation',
  help: `betrace violations groups [options]

The group that was seen last is first. violations list --group shows the violations of one.

${GROUP_FILTER_HELP}
  --state NAME           new, ongoing or regressed
  --limit N              maximum of groups (default 50)
  --output FORMAT        text (the default) or json: what GET /v1/violations/groups answers

${SERVER_HELP}

Exit code: 0; 2 when the server answers with an error.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const values = readOptions(args, {
      ...SERVER_OPTIONS,
      ...GROUP_FILTERS,
      state: { type: 'string' },
      limit: { type: 'string', default: '50' },
      ...OUTPUT_OPTION,
    });
    const limit = Number(values.limit);
    if (!Number.isSafeInteger(limit) || limit < 1) throw new UsageError(`--limit is not a whole number above 0: ${values.limit}`);
    const query = filterQuery(values, Date.now());
    if (values.state !== undefined) query.set('state', values.state);
    const json = asksForJson(values);
    const { groups, total } = await pages(new Server(values, terminal), query, limit);
    if (json) terminal.out(`${JSON.stringify({ groups, total }, undefined, 2)}\n`);
    else if (groups.length > 0)
      terminal.out(table(['LAST', 'FIRST', 'SEVERITY', 'STATE', 'COUNT', 'RULE', 'SERVICE', 'OPERATION', 'ID'], groups.map(row)));
    if (!json && total > groups.length) terminal.err(`${total - groups.length} more; --limit ${total} lists all\n`);
    if (!json && total === 0) terminal.err('no groups of violations\n');
    return 0;
  },
};

interface Group {
  readonly id: string;
  readonly rule_id: string;
  readonly service: string;
  readonly severity: string;
  readonly state: string;
  readonly muted: boolean;
  readonly operation?: string;
  readonly error_kind?: string;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly count: number;
}

interface Page {
  readonly groups: readonly Group[];
  readonly total: number;
  readonly next?: string;
}

async function pages(server: Server, query: URLSearchParams, limit: number): Promise<Page> {
  const groups: Group[] = [];
  for (;;) {
    query.set('limit', String(Math.min(PAGE, limit - groups.length)));
    const page = (await server.get(`/v1/violations/groups?${query}`)) as Page;
    groups.push(...page.groups);
    if (page.next === undefined || groups.length >= limit) return { groups, total: page.total };
    query.set('cursor', page.next);
  }
}

function row(group: Group): readonly string[] {
  const { id, rule_id, service, severity, state, muted, operation = '', error_kind, first_seen, last_seen, count } = group;
  const time = (seconds: number) => new Date(seconds * 1_000).toISOString();
  const name = error_kind === undefined ? operation : `${operation} (${error_kind})`;
  return [time(last_seen), time(first_seen), severity, muted ? `${state}, muted` : state, String(count), rule_id, service, name.trim(), id];
}
