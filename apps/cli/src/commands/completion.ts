import { type Command, type ExitCode, oneOf, readArguments } from '../command.js';
import { bashCompletion } from '../completion/bash-completion.js';
import { commandWords } from '../completion/command-words.js';
import { fishCompletion } from '../completion/fish-completion.js';
import { zshCompletion } from '../completion/zsh-completion.js';
import { UsageError } from '../problems.js';
import type { Terminal } from '../terminal.js';
import { COMMANDS } from './commands.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
const NAMES = Object.keys(SHELLS) as readonly (keyof typeof SHELLS)[];

export const completionCommand: Command = {
  name: 'completion',
  summary: 'prints a completion script for a shell',
  help: `betrace completion bash|zsh|fish

Prints a script for the shell. It completes commands and their options, and otherwise file names. There is no --output.

  bash: betrace completion bash > ~/.local/share/bash-completion/completions/betrace
  zsh:  betrace completion zsh > "\${fpath[1]}/_betrace"
  fish: betrace completion fish > ~/.config/fish/completions/betrace.fish

Exit code: 0, or 2 when the shell is not known.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { positionals } = readArguments(args, {});
    const [name] = positionals;
    if (name === undefined || positionals.length > 1) throw new UsageError(`name one shell: ${NAMES.join(', ')}`);
    const shell = oneOf('the shell', name, NAMES);
    const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
    terminal.out(SHELLS[shell](commandWords(commands)));
    return 0;
  },
};
