import { serveStdio } from '#mcp';
import { VERSION } from '#platform';
import { type Command, type ExitCode, readArguments } from '../../command.js';
import { UsageError } from '../../problems.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import type { Terminal } from '../../terminal.js';

export const mcpCommand: Command = {
  name: 'mcp',
  summary: 'lets agents read rules and violations, and try rules',
  help: `betrace mcp [options]

Speaks the Model Context Protocol over standard input and output, for a running server. An agent starts it; for example in its configuration:

  { "mcpServers": { "betrace": { "command": "betrace", "args": ["mcp", "--url", "http://localhost:12011"] } } }

Its tools search rules, violations and attributes, check and try expressions, run them over the recorded past, and explain verdicts. None changes
a rule. They may do what the key may do: the scope read, and rules:write for previews. The server itself speaks the protocol at /mcp (streamable HTTP).

${SERVER_HELP}

Exit code: 0 when the input ends, 2 when the arguments are wrong.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { values, positionals } = readArguments(args, SERVER_OPTIONS);
    if (positionals.length > 0) throw new UsageError('it takes no arguments other than its options');
    const server = new Server(values, terminal);
    await serveStdio((method, path, body) => server.ask(method, path, body), VERSION);
    return 0;
  },
};
