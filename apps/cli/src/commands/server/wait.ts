import { type Command, type ExitCode, readOptions } from '../../command.js';
import { Refusal, SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import type { Terminal } from '../../terminal.js';

const GATEWAY_TIMEOUT = 504;

export const waitCommand: Command = {
  name: 'wait',
  summary: 'waits until all acknowledged spans are judged',
  help: `betrace wait [options]

Ends when all spans that the server acknowledged before are judged, and their violations are stored. In a pipeline, call it between the tests
that send spans and the query for violations.

  --timeout DURATION     the longest wait, at most 5m (default 30s)

${SERVER_HELP}

Exit code: 0 when all is judged; 1 after the timeout, with what is missing; 2 when the server answers with an error.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const values = readOptions(args, { ...SERVER_OPTIONS, timeout: { type: 'string', default: '30s' } });
    try {
      await new Server(values, terminal).post(`/v1/settle?timeout=${encodeURIComponent(values.timeout)}`);
      return 0;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== GATEWAY_TIMEOUT) throw error;
      terminal.err(`not all is judged after ${values.timeout}: ${error.detail}\n`);
      return 1;
    }
  },
};
