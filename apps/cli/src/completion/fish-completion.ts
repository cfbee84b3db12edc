import { type CommandWords, quoted, wordTree } from './command-words.js';

/** Within single quotes, fish treats a backslash as an escape. */
const fishText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A script for fish 3 or newer. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  const tree = wordTree(commands);
  const lines = ['# Completion of betrace for fish; made by: betrace completion fish'];
  for (const [word, below] of tree) {
    const summary = commands.find(({ name }) => name === word)?.summary ?? below.map(({ name }) => name).join(', ');
    lines.push(`complete -c betrace -n __fish_use_subcommand -f -a ${word} -d ${fishText(summary)}`);
    const names = below.map(({ name }) => name).join(' ');
    for (const { name, summary: said } of below) {
      const here = quoted(`__fish_seen_subcommand_from ${word}; and not __fish_seen_subcommand_from ${names}`);
      lines.push(`complete -c betrace -n ${here} -f -a ${name} -d ${fishText(said)}`);
    }
  }
  for (const { name, options } of commands) {
    const here = quoted(
      name
        .split(' ')
        .map((word) => `__fish_seen_subcommand_from ${word}`)
        .join('; and '),
    );
    for (const { name: option, summary, takes } of options) {
      lines.push(`complete -c betrace -n ${here} -l ${option.slice(2)}${takes ? ' -r' : ''} -d ${fishText(summary)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
