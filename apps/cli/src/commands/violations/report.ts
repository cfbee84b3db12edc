import { type Command, type ExitCode, OUTPUT_OPTION, oneOf, readArguments } from '../../command.js';
import { writeText } from '../../input.js';
import { UsageError } from '../../problems.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import { table, visible } from '../../table.js';
import { paint, type Terminal } from '../../terminal.js';
import { timeOf } from '../../violation-filter.js';

const OTHERS: Readonly<Record<string, string>> = { csv: 'text/csv', html: 'text/html' };
const FORMATS = ['text', 'json', 'csv', 'html'] as const;

export const reportCommand: Command = {
  name: 'report',
  summary: 'reports the state of each control of a compliance framework',
  help: `betrace report [options] [FRAMEWORK]

FRAMEWORK is spelled as in rules ("SOC 2"); without it the frameworks are listed.

  --since TIME           an age (7d; default 30d), or a time (2026-01-31T08:00:00Z, or Unix seconds); whole hours
  --until TIME           before it (default: now)
  --output FORMAT        text (the default), json, csv or html, which is a page to print
  --file FILE            writes there instead of to standard output
  --fail                 exit code 1 when a control is violated, undecided or not evaluated, or nothing was in its scope

${SERVER_HELP}

Exit code: 0; 1 with --fail as above; 2 when the server answers with an error.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      ...SERVER_OPTIONS,
      ...OUTPUT_OPTION,
      since: { type: 'string' },
      until: { type: 'string' },
      file: { type: 'string' },
      fail: { type: 'boolean' },
    });
    const [framework] = positionals;
    if (positionals.length > 1) throw new UsageError('name one framework; quote a name of several words');
    const format = oneOf('--output', values.output, FORMATS);
    const server = new Server(values, terminal);
    const write = (text: string): void => {
      if (values.file === undefined) terminal.out(text);
      else writeText(values.file, text);
    };
    if (framework === undefined) {
      if (format in OTHERS) throw new UsageError('name a framework: a list of them is text or json');
      const listed = (await server.get('/v1/compliance')) as Frameworks;
      write(format === 'json' ? json(listed) : frameworksText(listed));
      return 0;
    }
    const now = Date.now();
    const query = new URLSearchParams();
    if (values.since !== undefined) query.set('from', timeOf('--since', values.since, now));
    if (values.until !== undefined) query.set('to', timeOf('--until', values.until, now));
    const path = `/v1/compliance/${encodeURIComponent(framework)}`;
    const report = (await server.get(`${path}?${query}`)) as Report;
    if (format in OTHERS) {
      // The same period, even if the next hour begins just now.
      query.set('from', report.from);
      query.set('to', report.to);
      query.set('format', format);
      const parts: Uint8Array[] = [];
      for await (const part of server.stream(`${path}?${query}`, OTHERS[format]!)) parts.push(part);
      write(Buffer.concat(parts).toString('utf8'));
    } else write(format === 'json' ? json(report) : reportText(report, terminal));
    const isGood = report.controls.every(({ outcome }) => outcome === 'passed');
    return values.fail === true && !isGood ? 1 : 0;
  },
};

interface Frameworks {
  readonly frameworks: readonly { readonly framework: string; readonly controls: number; readonly rules: number }[];
}

interface Report {
  readonly framework: string;
  readonly from: string;
  readonly to: string;
  readonly traces: number;
  readonly controls: readonly {
    readonly control: string;
    readonly outcome: string;
    readonly rules: readonly { readonly id: string }[];
    readonly traces_in_scope: number;
    readonly passed: number;
    readonly violated: number;
    readonly undecided: number;
    readonly not_looked_at: number;
    readonly beyond_scope?: number;
  }[];
  readonly limits: { readonly counted_since?: string; readonly provisional_since?: string; readonly rule_set_unknown: number };
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

function frameworksText({ frameworks }: Frameworks): string {
  if (frameworks.length === 0) return 'no rule names a control\n';
  return table(
    ['framework', 'controls', 'rules'],
    frameworks.map(({ framework, controls, rules }) => [framework, String(controls), String(rules)]),
  );
}

function reportText({ framework, from, to, traces, controls, limits }: Report, terminal: Terminal): string {
  const rows = controls.map((one) => [
    one.control,
    one.outcome.replaceAll('_', ' '),
    ...[one.traces_in_scope, one.passed, one.violated, one.undecided, one.not_looked_at].map(String),
    one.rules.map(({ id }) => id).join(', '),
  ]);
  const since = limits.counted_since;
  const notes = [
    since === undefined ? 'no trace was counted yet\n' : since > from ? `traces are counted since ${since}\n` : '',
    limits.rule_set_unknown === 0 ? '' : `the rules of ${limits.rule_set_unknown} traces are lost; they count as not looked at\n`,
    limits.provisional_since === undefined
      ? ''
      : `provisional: some traces since ${limits.provisional_since} are not counted yet, while their violations are\n`,
    ...controls.map(({ control, beyond_scope: more = 0 }) =>
      more === 0
        ? ''
        : `${control}: ${more} more violated or undecided than in scope: not closed or not counted yet, or closed in another hour\n`,
    ),
  ];
  return (
    `${paint(terminal, 'bold', visible(framework))} ${from} to ${to}: ${traces} traces\n${notes.join('')}\n` +
    table(['control', 'outcome', 'in scope', 'passed', 'violated', 'undecided', 'not looked at', 'rules'], rows)
  );
}
