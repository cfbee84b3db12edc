import type { Command } from '../command.js';

/** An option in a command's help. */
export interface OptionWord {
  /** `--output`. */
  readonly name: string;
  readonly summary: string;
  /** Whether it takes a value. */
  readonly takes: boolean;
}

export interface CommandWords {
  /** `rules export`. */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWord[];
}

/** `  -e, --expression TEXT  checks this expression`. */
const OPTION = /^ {2}(?:-\w, )?(--[a-z][a-z-]*)(?:[ =]([A-Z][\w|,=…-]*))?(?: {2,}(.*))?$/gm;

/** The words of all commands, parsed from their `--help`, so that no second list needs updates. */
export function commandWords(commands: readonly Pick<Command, 'name' | 'summary' | 'help'>[]): readonly CommandWords[] {
  return commands.map(({ name, summary, help }) => {
    const options = [...help.matchAll(OPTION)].map(
      ([, option = '', value, summary = '']): OptionWord => ({ name: option, summary, takes: value !== undefined }),
    );
    return { name, summary, options: [...options, { name: '--help', summary: 'says more', takes: false }] };
  });
}

/** The first words, each with the second words that may follow. */
export function wordTree(commands: readonly CommandWords[]): ReadonlyMap<string, readonly CommandWords[]> {
  const tree = new Map<string, CommandWords[]>();
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ');
    const below = tree.get(first) ?? [];
    if (second !== undefined) below.push({ ...command, name: second });
    tree.set(first, below);
  }
  return tree;
}

/** A text in single quotes for POSIX shells. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
