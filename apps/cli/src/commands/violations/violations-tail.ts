import { setTimeout as pause } from 'node:timers/promises';
import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readOptions } from '../../command.js';
import { CliError, UsageError } from '../../problems.js';
import { SERVER_HELP, SERVER_OPTIONS, Server, ServerRefusal } from '../../server.js';
import { serverEvents } from '../../server-events.js';
import { visible } from '../../table.js';
import { paint, type Terminal } from '../../terminal.js';
import { FILTER_HELP, FILTER_OPTIONS, filterQuery } from '../../violation-filter.js';

/** Milliseconds between two attempts while the server does not answer. */
const AGAIN_MS = 2_000;
const TOO_MANY = 429;

export const violationsTailCommand: Command = {
  name: 'violations tail',
  summary: 'shows violations as they arrive',
  help: `betrace violations tail [options]

Runs until it is stopped, also over restarts of the server and with several API processes: no violation is missed or repeated. Without --status
it also shows retracted violations.

${FILTER_HELP}
  --output FORMAT        text (the default) or json: one object a line, with all members
  --count N              ends after N violations

${SERVER_HELP}

Exit code: 0 after --count; 2 when the server does not answer at first, or refuses the request.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const values = readOptions(args, {
      ...SERVER_OPTIONS,
      ...FILTER_OPTIONS,
      ...OUTPUT_OPTION,
      count: { type: 'string' },
    });
    const json = asksForJson(values);
    const count = values.count === undefined ? Number.POSITIVE_INFINITY : Number(values.count);
    if (!(count >= 1)) throw new UsageError(`--count is not a number above 0: ${values.count}`);
    const query = filterQuery(values, Date.now());
    query.set('view', 'full');
    const server = new Server(values, terminal);
    let shown = 0;
    for await (const violation of violations(server, query, terminal)) {
      terminal.out(json ? `${JSON.stringify(violation)}\n` : lineOf(violation, terminal));
      if (++shown >= count) return 0;
    }
    return 0;
  },
};

interface Violation {
  readonly id: string;
  readonly rule_id: string;
  readonly severity: string;
  readonly service: string;
  readonly trace_id: string;
  readonly status: string;
  readonly message: string;
  readonly timestamp_ms: number;
}

/** Resumes after the last violation whenever the stream ends. */
async function* violations(server: Server, query: URLSearchParams, terminal: Terminal): AsyncGenerator<Violation, void> {
  let connected = false;
  for (;;) {
    try {
      for await (const { event, data, id } of serverEvents(server.stream(`/v1/violations/stream?${query}`, 'text/event-stream'))) {
        connected = true;
        if (id !== undefined) query.set('last_event_id', id);
        if (event === 'reset') terminal.err('the server does not know what came last: violations may be missing; list them\n');
        if (event === 'violation') yield JSON.parse(data) as Violation;
      }
      connected = true;
    } catch (error) {
      const passes =
        error instanceof CliError && connected && (!(error instanceof ServerRefusal) || error.status === TOO_MANY || error.status >= 500);
      if (!passes) throw error;
    }
    await pause(AGAIN_MS);
  }
}

function lineOf({ timestamp_ms, severity, rule_id, service, trace_id, status, message }: Violation, terminal: Terminal): string {
  const color = severity === 'CRITICAL' || severity === 'HIGH' ? 'red' : 'yellow';
  const statusNote = status === 'open' ? '' : ` (${status})`;
  const text = visible(`${rule_id} ${service} ${trace_id}${statusNote}: ${message}`);
  return `${new Date(timestamp_ms).toISOString()} ${paint(terminal, color, severity.padEnd(8))} ${text}\n`;
}
