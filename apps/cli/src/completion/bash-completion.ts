import { type CommandWords, quoted, wordTree } from './command-words.js';

/** A script for bash 4 or newer. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  const tree = wordTree(commands);
  const second = [...tree].filter(([, below]) => below.length > 0);
  return `# Completion of betrace for bash; made by: betrace completion bash
_betrace() {
  local current=\${COMP_WORDS[COMP_CWORD]} first=\${COMP_WORDS[1]-} words= command word
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words=${quoted([...tree.keys(), '--help', '--version'].join(' '))}
  else
    case $first in
${second.map(([word, below]) => `      ${word}) if ((COMP_CWORD == 2)); then words=${quoted(below.map(({ name }) => name).join(' '))}; fi; command="$first \${COMP_WORDS[2]-}" ;;`).join('\n')}
      *) command=$first ;;
    esac
    if [[ $current == -* ]]; then
      case $command in
${commands.map(({ name, options }) => `        ${quoted(name)}) words=${quoted(options.map((option) => option.name).join(' '))} ;;`).join('\n')}
      esac
    fi
  fi
  if [[ -n $words ]]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
  fi
}
complete -o default -F _betrace betrace
`;
}
