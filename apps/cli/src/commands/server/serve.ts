import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, ExitCode } from '../../command.js';
import { CliError } from '../../problems.js';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'starts the server, everything in one process',
  help: `betrace serve [flags of the server]

The same as npm start. \`betrace serve --help\` after a build lists the server's flags: --http-port, --storage-path and so on.
`,

  async run(args: readonly string[]): Promise<ExitCode> {
    const bundled = join(import.meta.dirname, 'standalone.js');
    const main = existsSync(bundled) ? bundled : join(import.meta.dirname, '..', '..', '..', '..', 'standalone', 'src', 'main.js');
    if (!existsSync(main)) throw new CliError('BT_CLI_NOT_BUILT', { file: main });
    const child = spawn(process.execPath, ['--enable-source-maps', '--disable-warning=ExperimentalWarning', main, ...args], {
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      // A terminal sends Ctrl-C to both processes; twice would mean "stop at once".
      process.on(signal, () => void (signal === 'SIGTERM' || !process.stdin.isTTY ? child.kill(signal) : undefined));
    }
    const code = await new Promise<number>((done, fail) => child.on('error', fail).on('exit', (status) => done(status ?? 0)));
    return code === 0 ? 0 : 1;
  },
};
