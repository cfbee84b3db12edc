import { suggest, VERSION } from '#platform';
import { type ExitCode, shownWord } from './command.js';
import { COMMANDS } from './commands/commands.js';
import { CliError, UsageError } from './problems.js';
import { visibleLines } from './table.js';
import { paint, type Terminal } from './terminal.js';

const HELP: ReadonlySet<string> = new Set(['--help', '-h']);

/** The command of this name. Names of JavaScript, such as `constructor`, are none. */
const commandOf = (name: string) => (Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined);

/** Runs one command line; prints errors that a user can correct without a stack. */
export async function runCli(given: readonly string[], terminal: Terminal): Promise<ExitCode> {
  // `help rules diff` and `rules help` are what people type for `rules diff --help` and `rules --help`.
  const [first, second] = given;
  const isHelp = (first === 'help' && second !== undefined) || (second === 'help' && first !== undefined && groupOf(first).length > 0);
  // Without options: what comes after `--` would hide --help, and the command would run.
  const args = isHelp ? [...given.filter((word) => word !== 'help' && !word.startsWith('-')), '--help'] : given;
  const words = commandOf(args.slice(0, 2).join(' ')) === undefined ? 1 : 2;
  const name = args.slice(0, words).join(' ');
  const load = commandOf(name);
  try {
    if (load === undefined) return await overview(args, terminal);
    const command = await load();
    const rest = args.slice(words);
    const end = rest.indexOf('--');
    const options = end < 0 ? rest : rest.slice(0, end);
    if (command.name !== 'serve' && options.some((option) => HELP.has(option))) {
      terminal.out(command.help);
      return 0;
    }
    return await command.run(rest, terminal);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CliError || isSystemError(error))) throw error;
    // It may quote a file, or the answer of a server.
    const message = `betrace ${name}: ${visibleLines(error.message)}`;
    if (error instanceof UsageError) terminal.err(`${message}\nTry: betrace ${name} --help\n`);
    else if (error instanceof CliError) terminal.err(`${message} ${paint(terminal, 'dim', `[${error.code}]`)}\n`);
    else terminal.err(`${message}\n`);
    return 2;
  }
}

/** An error of the operating system: a missing file, a read-only directory, a full disk. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && typeof error.syscall === 'string';
}

/** The commands of a group, such as those of `rules`. */
function groupOf(first: string): readonly string[] {
  return Object.keys(COMMANDS).filter((name) => name.startsWith(`${first} `));
}

async function overview(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, second] = args;
  if (first === '--version' || first === '-V' || first === 'version') {
    terminal.out(`${VERSION}\n`);
    return 0;
  }
  const group = groupOf(first ?? '');
  if (group.length > 0 && HELP.has(second ?? '')) {
    terminal.out(await listOf(group));
    return 0;
  }
  const text = await listOf(Object.keys(COMMANDS));
  if (first === undefined || HELP.has(first) || first === 'help') {
    terminal.out(text);
    return first === undefined ? 2 : 0;
  }
  const written = args
    .slice(0, group.length > 0 ? 2 : 1)
    .map(shownWord)
    .join(' ');
  terminal.err(`betrace: unknown command ${visibleLines(written)}${meantBy(written, group, args.length === 1)}\n\n${text}`);
  return 2;
}

async function listOf(names: readonly string[]): Promise<string> {
  const commands = await Promise.all(names.map((name) => COMMANDS[name]!()));
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n');
  return `betrace COMMAND [arguments]\n\n${list}\n\nbetrace COMMAND --help says more.\n`;
}

/** Suggests the commands of a group, those that end with the word (`history`), or the most similar one. */
function meantBy(written: string, group: readonly string[], isAlone: boolean): string {
  const ending = Object.keys(COMMANDS).filter((name) => name.endsWith(` ${written}`));
  const similar = suggest(written, Object.keys(COMMANDS));
  const meant = group.length > 0 && isAlone ? group : ending.length > 0 ? ending : similar === undefined ? [] : [similar];
  return meant.length === 0 ? '' : `. Did you mean: ${meant.join(', ')}?`;
}
