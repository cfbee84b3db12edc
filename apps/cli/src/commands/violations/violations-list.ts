import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readOptions } from '../../command.js';
import { UsageError } from '../../problems.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import { table } from '../../table.js';
import type { Terminal } from '../../terminal.js';
import { FILTER_HELP, FILTER_OPTIONS, filterQuery } from '../../violation-filter.js';

const PAGE = 1_000;

export const violationsListCommand: Command = {
  name: 'violations list',
  summary: 'lists violations, newest first',
  help: `betrace violations list [options]

${FILTER_HELP}
  --limit N              maximum of violations (default 100)
  --output FORMAT        text (the default) or json: what GET /v1/violations answers with view=full
  --fail-on-any          exit code 1 if there is one: for pipelines

${SERVER_HELP}

Exit code: 0; 1 with --fail-on-any when there is one; 2 when the server answers with an error.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const values = readOptions(args, {
      ...SERVER_OPTIONS,
      ...FILTER_OPTIONS,
      limit: { type: 'string', default: '100' },
      ...OUTPUT_OPTION,
      'fail-on-any': { type: 'boolean' },
    });
    const limit = Number(values.limit);
    if (!Number.isSafeInteger(limit) || limit < 1) throw new UsageError(`--limit is not a whole number above 0: ${values.limit}`);
    const json = asksForJson(values);
    const { violations, total, total_is } = await pages(new Server(values, terminal), filterQuery(values, Date.now()), limit);
    if (json) terminal.out(`${JSON.stringify({ violations, total, total_is }, undefined, 2)}\n`);
    else if (violations.length > 0)
      terminal.out(table(['TIME', 'SEVERITY', 'RULE', 'SERVICE', 'TRACE', 'STATUS', 'ID'], violations.map(row)));
    if (!json) terminal.err(summary({ violations, total, total_is }));
    return values['fail-on-any'] === true && total > 0 ? 1 : 0;
  },
};

/** The line below the table. */
function summary({ violations, total, total_is }: Page): string {
  const rest = total - violations.length;
  if (total === 0) return 'no violations\n';
  if (total_is === 'at_least') return `${rest > 0 ? `more than ${rest}` : 'there may be'} more; betrace violations export writes all\n`;
  return rest > 0 ? `${rest} more; --limit ${total} lists all\n` : '';
}

/** A violation with `view=full`. */
interface Violation {
  readonly id: string;
  readonly rule_id: string;
  readonly severity: string;
  readonly service: string;
  readonly trace_id: string;
  readonly status: string;
  readonly timestamp_ms: number;
}

interface Page {
  readonly violations: readonly Violation[];
  readonly total: number;
  /** `total` is a lower bound: a search counts only what it has found. */
  readonly total_is?: 'at_least' | undefined;
  readonly next?: string;
}

async function pages(server: Server, query: URLSearchParams, limit: number): Promise<Page> {
  const violations: Violation[] = [];
  query.set('view', 'full');
  for (;;) {
    query.set('limit', String(Math.min(PAGE, limit - violations.length)));
    const page = (await server.get(`/v1/violations?${query}`)) as Page;
    violations.push(...page.violations);
    if (page.next === undefined) return { violations, total: violations.length };
    if (violations.length >= limit) return { violations, total: Math.max(page.total, violations.length), total_is: page.total_is };
    query.set('cursor', page.next);
  }
}

function row({ timestamp_ms, severity, rule_id, service, trace_id, status, id }: Violation): readonly string[] {
  return [new Date(timestamp_ms).toISOString(), severity, rule_id, service, trace_id, status, id];
}
