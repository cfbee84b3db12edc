import { type CommandWords, quoted, wordTree } from './command-words.js';

/** A script for zsh, for a directory in \`fpath\`, or for sourcing after \`compinit\`. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  const tree = wordTree(commands);
  const second = [...tree].filter(([, below]) => below.length > 0);
  const summaryOf = (word: string): string => commands.find(({ name }) => name === word)?.summary ?? `${word} …`;
  const described = (words: readonly { readonly name: string; readonly summary: string }[]): string =>
    words.map(({ name, summary }) => quoted(`${name.replaceAll(':', '\\:')}:${summary}`)).join(' ');
  return `#compdef betrace
# Completion of betrace for zsh; made by: betrace completion zsh
_betrace() {
  local command
  local -a found
  if ((CURRENT == 2)); then
    found=(${described([...tree.keys()].map((name) => ({ name, summary: summaryOf(name) })))})
  else
    command=$words[2]
    case $command in
${second.map(([word, below]) => `      ${word}) command="$words[2] $words[3]"; if ((CURRENT == 3)); then found=(${described(below)}); fi ;;`).join('\n')}
    esac
    if [[ $PREFIX == -* ]]; then
      case $command in
${commands.map(({ name, options }) => `        ${quoted(name)}) found=(${described(options)}) ;;`).join('\n')}
      esac
    fi
  fi
  if (($#found)); then _describe 'betrace' found; else _files; fi
}
if [[ $funcstack[1] == _betrace ]]; then _betrace "$@"; else compdef _betrace betrace; fi
`;
}
