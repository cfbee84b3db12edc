import type { Violation } from '../api/types';

/** The violation's message, without the rule's name and span ids, which are shown beside it. */
export function violationSentence({ message, rule_name }: Pick<Violation, 'message' | 'rule_name'>): string {
  const text = message.startsWith(`${rule_name}: `) ? message.slice(rule_name.length + 2) : message;
  return text.replaceAll(/ \([0-9a-f]{16}\)/g, '');
}
