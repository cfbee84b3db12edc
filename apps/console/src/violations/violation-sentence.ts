import type { Violation } from '../api/types';

/** What happened, without texts that are shown beside it: the rule's name before it, and the ids of spans within. */
export function violationSentence({ message, rule_name }: Pick<Violation, 'message' | 'rule_name'>): string {
  const text = message.startsWith(`${rule_name}: `) ? message.slice(rule_name.length + 2) : message;
  return text.replaceAll(/ \([0-9a-f]{16}\)/g, '');
}
