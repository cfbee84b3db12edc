/** The beginning of a command in an indented block, which may also hold rules, paths and output. */
const COMMAND =
  /^(?:export [A-Z]|(?:[A-Z_]+=\S* )+\\$|(?:[A-Z_]+=\S* )*(?:npm|npx|node|betrace|\.\/betrace|curl|nix|flox|git|sudo|systemctl|journalctl|kubectl|helm)\b)/;

/**
 * The commands of a document in order: each fenced block of bash, and each command of an indented block, without its remark. If lines of an indented block
 * begin with `$ `, the others are output.
 */
export function commandsOf(markdown: string): readonly string[] {
  const blocks = /^(?: *)(?:```|~~~)(\S*)\n([\s\S]*?)^ *(?:```|~~~)$|(?:(?:^|\n)\n)((?: {4}.*\n)+)/gm;
  return [...markdown.matchAll(blocks)].flatMap(([, language = '', fenced, indented]) => {
    if (fenced !== undefined) return /^(?:bash|sh|shell|console)$/.test(language) ? [fenced.trim()] : [];
    return indentedCommands((indented ?? '').replaceAll(/^ {4}/gm, ''));
  });
}

function indentedCommands(block: string): readonly string[] {
  const isSession = /^\$ /m.test(block);
  const commands: string[] = [];
  let continues = false;
  for (const line of block.split('\n')) {
    const begins = isSession ? line.startsWith('$ ') : COMMAND.test(line);
    if (continues) commands.push(`${commands.pop()}\n${line}`);
    else if (begins) commands.push(line.replace(/^\$ /, '').replace(/ {2,}# .*$/, ''));
    continues = (continues || begins) && line.endsWith('\\');
  }
  return commands;
}
