import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, type ExitCode, oneOf } from '../../command.js';
import { CliError, UsageError } from '../../problems.js';

/** The apps that a process can run; the default is `standalone`. */
const APPS = ['standalone', 'ingest', 'evaluator', 'api'] as const;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'starts the server, everything in one process or a part of it',
  help: `betrace serve [standalone | ingest | evaluator | api] [flags of the server]

Without a name, everything in one process: the same as npm start. The three others work together over Kafka, each in processes of its own.
\`betrace serve --help\` lists the server's flags: --http-port, --storage-path and so on. The single executable takes the flags without a command, too.
`,

  async run(args: readonly string[]): Promise<ExitCode> {
    const [first = '', second = ''] = args;
    // The name of a part has no =. A word with one may be a secret: the server refuses it without showing its value.
    const named = first !== '' && !first.startsWith('-') && !first.includes('=');
    const app = named ? oneOf('the part', first, APPS) : 'standalone';
    if (named && (APPS as readonly string[]).includes(second)) {
      throw new UsageError(`a process is one of them: start ${second} by another command, or all by \`betrace serve\``);
    }
    const flags = named ? args.slice(1) : args;
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
