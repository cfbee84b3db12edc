import type { Rule } from '#ui/api/types';

export interface Command {
  readonly id: string;
  readonly text: string;
  /** Faint text beside it. */
  readonly detail?: string;
  readonly run: () => void;
}

/** Maximum of commands shown at once. */
const MAX_COMMANDS = 50;

/** The commands that contain each word of the text, in order. */
export function matching(commands: readonly Command[], text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter((command) => {
    const name = `${command.text} ${command.detail ?? ''}`.toLowerCase();
    return words.every((word) => name.includes(word));
  });
  return found.slice(0, MAX_COMMANDS);
}

/** The targets of a pasted id: a violation's by its form; any other word may be a trace's. */
export function idCommands(text: string, go: (href: string) => void): readonly Command[] {
  const id = text.trim();
  if (id === '' || /\s/.test(id)) return [];
  if (id.startsWith('viol-')) {
    return [{ id: 'violation', text: 'Open this violation', detail: id, run: () => go(`/violations/${encodeURIComponent(id)}`) }];
  }
  const trace = `/violations?trace_id=${encodeURIComponent(id)}&status=all&start_time=0`;
  return [{ id: 'trace', text: 'Violations of this trace', detail: id, run: () => go(trace) }];
}

export const ruleCommands = (rules: readonly Rule[], go: (href: string) => void): readonly Command[] =>
  rules.flatMap(({ id, name }) => [
    { id: `rule ${id}`, text: `Rule ${name}`, detail: id, run: () => go(`/rules/${encodeURIComponent(id)}`) },
    { id: `of ${id}`, text: `Violations of ${name}`, detail: id, run: () => go(`/violations?rule_id=${encodeURIComponent(id)}`) },
  ]);
