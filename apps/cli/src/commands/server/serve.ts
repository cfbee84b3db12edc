import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, ExitCode } from '../../command.js';
import { CliError } from '../../problems.js';

/** The apps that a process can run; the default is `standalone`. */
const APPS: readonly string[] = ['standalone', 'ingest', 'evaluator', 'api'];

export const serveCommand: Command = {
  name: 'serve',
  summary: 'starts the server, everything in one process or a part of it',
  help: `betrace serve [standalone | ingest | evaluator | api] [flags of the server]

Without a name, everything in one process: the same as npm start. The three others work together over Kafka, each in processes of its own.
\`betrace serve --help\` lists the server's flags: --http-port, --storage-path and so on. The single executable takes the flags without a command, too.
`,

  async run(args: readonly string[]): Promise<ExitCode> {
    const [app, flags] = APPS.includes(args[0] ?? '') ? [args[0]!, args.slice(1)] : ['standalone', args];
    const bundled = join(import.meta.dirname, `${app}.js`);
    const main = existsSync(bundled) ? bundled : join(import.meta.dirname, '..', '..', '..', '..', app, 'src', 'main.js');
    if (!existsSync(main)) throw new CliError('BT_CLI_NOT_BUILT', { file: main });
    const child = spawn(process.execPath, ['--enable-source-maps', '--disable-warning=ExperimentalWarning', main, ...flags], {
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      // A terminal sends Ctrl-C to both processes, and a second signal would mean "stop at once".
      process.on(signal, () => void (signal === 'SIGTERM' || !process.stdin.isTTY ? child.kill(signal) : undefined));
    }
    const code = await new Promise<number>((done, fail) => child.on('error', fail).on('exit', (status) => done(status ?? 0)));
    return code === 0 ? 0 : 1;
  },
};
