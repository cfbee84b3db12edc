import { backtestJunit } from '../../backtest/backtest-junit.js';
import { backtestText } from '../../backtest/backtest-text.js';
import type { Backtest } from '../../backtest/preview.js';
import { ProgressLine } from '../../backtest/progress-line.js';
import { runPreview } from '../../backtest/run-preview.js';
import { type Command, type ExitCode, oneOf, readArguments } from '../../command.js';
import { UsageError } from '../../problems.js';
import { rulesToSend } from '../../rule-file/rules-to-send.js';
import { SERVER_HELP, SERVER_OPTIONS, Server, ServerRefusal } from '../../server.js';
import type { Terminal } from '../../terminal.js';
import { timeOf } from '../../violation-filter.js';

const FORMATS = ['text', 'json', 'junit'] as const;
const NOT_FOUND = 404;

export const backtestCommand: Command = {
  name: 'backtest',
  summary: 'shows what rules would have found in the recorded past',
  help: `betrace backtest [options] FILE…
betrace backtest [options] -e EXPRESSION
betrace backtest [options] --id ID

Runs the rules of rule files (.yaml, .yml, .json; or directories of them) over the spans that the server still has, one after the other, with the
production engine: how many violations each would have found, when, and why. The rules need not be on the server. Nothing is changed.

  --since TIME           traces that began since then: an age (24h, the default; 7d), or a time (2026-01-31T08:00:00Z, or Unix seconds)
  --until TIME           and before that (default: now)
  --rule ID              only this rule of the files; may be repeated
  -e, --expression TEXT  an expression instead of files
  --id ID                a rule of the server instead of files: a candidate in shadow, with --against the rule that it would replace
  --compare              shows the difference to the rule of the same id on the server, if there is one
  --against ID           shows the difference to this rule of the server
  --samples N            traces to show for each rule, at most 50 (default 3)
  --max-matches N        the exit code is 1 when a rule matches more traces
  --output FORMAT        text (the default), json, or junit: a test case per rule, which fails by --max-matches

${SERVER_HELP}

A terminal shows a progress bar. Ctrl-C ends the preview on the server too.
Exit code: 0 when all rules ran; 1 when one matches more than --max-matches, or a file has errors; 2 when one could not run.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      ...SERVER_OPTIONS,
      since: { type: 'string', default: '24h' },
      until: { type: 'string' },
      rule: { type: 'string', multiple: true },
      expression: { type: 'string', short: 'e' },
      id: { type: 'string' },
      compare: { type: 'boolean' },
      against: { type: 'string' },
      samples: { type: 'string', default: '3' },
      'max-matches': { type: 'string' },
      output: { type: 'string', default: 'text' },
    });
    const format = oneOf('--output', values.output, FORMATS);
    const named = [values.expression, values.id, positionals[0]].filter((one) => one !== undefined);
    if (named.length !== 1) throw new UsageError('name rule files, or one expression by -e, or one rule of the server by --id');
    if (values.compare === true && values.against !== undefined) throw new UsageError('--compare and --against exclude each other');
    const max = values['max-matches'] === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--max-matches', values['max-matches']);
    const now = Date.now();
    const range = {
      from: timeOf('--since', values.since, now),
      ...(values.until === undefined ? {} : { to: timeOf('--until', values.until, now) }),
      samples: wholeNumber('--samples', values.samples),
    };
    const server = new Server(values, terminal);
    const rules = await rulesOf(values, positionals, terminal);
    if (rules === undefined) return 1;
    const backtests: Backtest[] = [];
    const line = new ProgressLine(terminal);
    const stopped = new AbortController();
    const stop = (): void => stopped.abort();
    process.once('SIGINT', stop);
    try {
      for (const { id, ...rule } of rules) {
        const old = values.against ?? (values.compare === true ? await onServer(server, id) : undefined);
        const compared = old === undefined ? {} : { compare_with: { rule_id: old } };
        const body = { ...rule, ...range, ...compared };
        const result = await runPreview(server, body, (preview) => line.show(id, preview), stopped.signal);
        line.clear();
        backtests.push({ rule: id, result });
        if (format === 'text') terminal.out(backtestText({ rule: id, result }, terminal));
      }
    } finally {
      line.clear();
      process.off('SIGINT', stop);
    }
    if (format === 'json') terminal.out(`${JSON.stringify({ backtests }, undefined, 2)}\n`);
    if (format === 'junit') terminal.out(backtestJunit(backtests, max));
    return backtests.some(({ result }) => result.matched_traces > max) ? 1 : 0;
  },
};

/** A rule for a preview; its id identifies the result. */
interface RuleToTry {
  readonly id: string;
  readonly rule_id?: string;
  readonly name?: string;
  readonly expression?: string;
  readonly on_error?: string;
  readonly message?: string;
}

interface Named {
  readonly expression?: string | undefined;
  readonly id?: string | undefined;
  /** Only these rules of the files. */
  readonly rule?: readonly string[] | undefined;
}

async function rulesOf(
  { expression, id, rule: only }: Named,
  files: readonly string[],
  terminal: Terminal,
): Promise<readonly RuleToTry[] | undefined> {
  if (expression !== undefined) return [{ id: 'expression', name: 'expression', expression }];
  if (id !== undefined) return [{ id, rule_id: id }];
  const rules = (await rulesToSend(files, false, terminal)) as
    | readonly (RuleToTry & { readonly name: string; readonly expression: string })[]
    | undefined;
  const missing = only?.find((id) => rules?.every((rule) => rule.id !== id));
  if (rules !== undefined && missing !== undefined) throw new UsageError(`no rule of these files has the id ${missing}`);
  return rules
    ?.filter(({ id }) => only === undefined || only.includes(id))
    .map(({ id, name, expression, on_error, message }) => ({
      id,
      name,
      expression,
      ...(on_error === undefined ? {} : { on_error }),
      ...(message === undefined ? {} : { message }),
    }));
}

/** The id, if the server has a rule with it. */
async function onServer(server: Server, id: string): Promise<string | undefined> {
  try {
    return ((await server.get(`/v1/rules/${encodeURIComponent(id)}`)) as { readonly id: string }).id;
  } catch (error) {
    if (error instanceof ServerRefusal && error.status === NOT_FOUND) return undefined;
    throw error;
  }
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${option} is not a whole number: ${text}`);
  return Number(text);
}
