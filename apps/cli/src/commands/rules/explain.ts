import { explanationLines } from '#cases';
import type { Explanation } from '#dsl';
import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readArguments } from '../../command.js';
import { UsageError } from '../../problems.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import { visible } from '../../table.js';
import { paint, type Terminal } from '../../terminal.js';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'explains why a trace violates a rule, or why not',
  help: `betrace explain [options] RULE TRACE
betrace explain [options] -e EXPRESSION TRACE

RULE is the id or the name of a rule of the server, TRACE the id of a trace that has a violation, of this rule or of another.

  -e, --expression TEXT  evaluates this expression instead of a rule
  --output FORMAT        text (the default) or json: what POST /v1/rules/test answers

${SERVER_HELP}

Exit code: 0 when the rule does not match the trace, 1 when it does, 2 when it could not be evaluated.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, {
      ...SERVER_OPTIONS,
      expression: { type: 'string', short: 'e' },
      ...OUTPUT_OPTION,
    });
    const trace = positionals[values.expression === undefined ? 1 : 0];
    if (trace === undefined || positionals.length !== (values.expression === undefined ? 2 : 1))
      throw new UsageError(values.expression === undefined ? 'name one rule and one trace' : 'name one trace');
    const json = asksForJson(values);
    const server = new Server(values, terminal);
    const rule: Asked =
      values.expression === undefined
        ? ((await server.get(`/v1/rules/${encodeURIComponent(positionals[0]!)}`)) as Asked)
        : { expression: values.expression };
    const { expression, on_error } = rule;
    const result = (await server.post('/v1/rules/test', { expression, ...(on_error && { on_error }), trace_id: trace })) as Result;
    if (json) terminal.out(`${JSON.stringify(result, undefined, 2)}\n`);
    else terminal.out(text(result, expression, terminal));
    if (result.complete === false) terminal.err('the log has dropped part of this trace; the explanation covers the rest\n');
    if (result.error !== undefined || result.undecided !== undefined) return 2;
    return result.matches ? 1 : 0;
  },
};

interface Asked {
  readonly expression: string;
  readonly on_error?: string;
}

interface Result {
  readonly matches: boolean;
  readonly explanation: Explanation;
  readonly undecided?: { readonly code: string; readonly reason: string };
  readonly error?: string;
  readonly complete?: boolean;
}

function text({ matches, explanation, undecided, error }: Result, expression: string, terminal: Terminal): string {
  const verdict =
    undecided !== undefined
      ? `undecided: ${undecided.reason}`
      : error !== undefined
        ? `failed: ${error}`
        : matches
          ? 'matches'
          : 'does not match';
  const { tree } = explanation;
  const lines = tree === undefined ? [] : explanationLines(tree, expression, '  ');
  return [paint(terminal, 'bold', visible(verdict)), ...lines.map(visible)].map((line) => `${line}\n`).join('');
}
