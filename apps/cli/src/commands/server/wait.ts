import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readOptions } from '../../command.js';
import { SERVER_HELP, SERVER_OPTIONS, Server, ServerRefusal } from '../../server.js';
import { visibleLines } from '../../table.js';
import type { Terminal } from '../../terminal.js';

const GATEWAY_TIMEOUT = 504;

export const waitCommand: Command = {
  name: 'wait',
  summary: 'waits until all acknowledged spans are judged',
  help: `betrace wait [options]

Ends when all spans that the server acknowledged before are judged, and their violations are stored. In a pipeline, call it between the tests
that send spans and the query for violations.

  --timeout DURATION     the longest wait, at most 5m (default 30s)
  --output FORMAT        text (the default, which prints nothing when all is judged) or json: "settled", and what is missing

${SERVER_HELP}

Exit code: 0 when all is judged; 1 after the timeout, with what is missing; 2 when the server answers with an error.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const values = readOptions(args, { ...SERVER_OPTIONS, timeout: { type: 'string', default: '30s' }, ...OUTPUT_OPTION });
    const isJson = asksForJson(values);
    try {
      await new Server(values, terminal).post(`/v1/settle?timeout=${encodeURIComponent(values.timeout)}`);
      if (isJson) terminal.out(`${JSON.stringify({ settled: true })}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof ServerRefusal) || error.status !== GATEWAY_TIMEOUT) throw error;
      if (isJson) terminal.out(`${JSON.stringify({ settled: false, detail: error.detail })}\n`);
      else terminal.err(`not all is judged after ${values.timeout}: ${visibleLines(error.detail)}\n`);
      return 1;
    }
  },
};
