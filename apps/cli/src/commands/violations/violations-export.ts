import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, type ExitCode, oneOf, readOptions } from '../../command.js';
import { outputFile } from '../../input.js';
import { CliError } from '../../problems.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import type { Terminal } from '../../terminal.js';
import { FILTER_HELP, FILTER_OPTIONS, filterQuery } from '../../violation-filter.js';

const ACCEPTED = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

export const violationsExportCommand: Command = {
  name: 'violations export',
  summary: 'writes the selected violations as CSV or NDJSON',
  help: `betrace violations export [options]

The memory use does not depend on their number. betrace verify reads NDJSON files.

${FILTER_HELP}
  --format FORMAT        csv (the default) or ndjson
  -o, --output FILE      writes there instead of to standard output

${SERVER_HELP}

Exit code: 0; 2 when the server answers with an error, or aborts: then the output is incomplete.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const values = readOptions(args, {
      ...SERVER_OPTIONS,
      ...FILTER_OPTIONS,
      format: { type: 'string', default: 'csv' },
      output: { type: 'string', short: 'o' },
    });
    const accept = ACCEPTED[oneOf('--format', values.format, ['csv', 'ndjson'])];
    const file = values.output === undefined ? undefined : outputFile(values.output, 'the format is --format csv or ndjson');
    const query = filterQuery(values, Date.now());
    query.set('format', values.format);
    const parts = new Server(values, terminal).stream(`/v1/violations/export?${query}`, accept);
    if (file === undefined) {
      // A character may span two parts.
      const text = new TextDecoder();
      for await (const part of parts) terminal.out(text.decode(part, { stream: true }));
      return 0;
    }
    await write(file, parts);
    return 0;
  },
};

async function write(file: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await pipeline(Readable.from(parts), createWriteStream(file));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('BT_CLI_FILE', { action: 'write', file, reason: (error as Error).message });
  }
}
