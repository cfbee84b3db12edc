import { suggest, VERSION } from '#platform';
import type { ExitCode } from './command.js';
import { COMMANDS } from './commands/commands.js';
import { CliError, UsageError } from './problems.js';
import { paint, type Terminal } from './terminal.js';

/** Runs one command line; prints errors that a user can correct without a stack. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const words = COMMANDS[args.slice(0, 2).join(' ')] === undefined ? 1 : 2;
  const name = args.slice(0, words).join(' ');
  const load = COMMANDS[name];
  try {
    if (load === undefined) return await overview(args, terminal);
    const command = await load();
    const rest = args.slice(words);
    const end = rest.indexOf('--');
    const options = end < 0 ? rest : rest.slice(0, end);
    if (command.name === 'serve' ? false : options.includes('--help') || options.includes('-h')) {
      terminal.out(command.help);
      return 0;
    }
    return await command.run(rest, terminal);
  } catch (error) {
    if (error instanceof UsageError) terminal.err(`betrace ${name}: ${error.message}\nTry: betrace ${name} --help\n`);
    else if (error instanceof CliError) terminal.err(`betrace ${name}: ${error.message} ${paint(terminal, 'dim', `[${error.code}]`)}\n`);
    else if (isSystemError(error)) terminal.err(`betrace ${name}: ${error.message}\n`);
    else throw error;
    return 2;
  }
}

/** An error of the operating system: a missing file, a read-only directory, a full disk. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && typeof error.syscall === 'string';
}

async function overview(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, ...others] = args;
  // `betrace help rules export` is `betrace rules export --help`.
  if (first === 'help' && others.length > 0)
    return runCli(COMMANDS[others.join(' ')] === undefined ? others : [...others, '--help'], terminal);
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n');
  const text = `betrace COMMAND [arguments]\n\n${list}\n\nbetrace COMMAND --help says more.\n`;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    terminal.out(text);
    return first === undefined ? 2 : 0;
  }
  if (first === '--version' || first === '-V' || first === 'version') {
    terminal.out(`${VERSION}\n`);
    return 0;
  }
  const known = Object.keys(COMMANDS).filter((name) => name.startsWith(`${first} `));
  const written = args.slice(0, known.length > 0 ? 2 : 1).join(' ');
  const meant = known.length > 0 && args.length === 1 ? known.join(', ') : suggest(written, Object.keys(COMMANDS));
  terminal.err(`betrace: unknown command ${written}${meant === undefined ? '' : `. Did you mean: ${meant}?`}\n\n${text}`);
  return 2;
}
