import { bodyOf, type Draft } from '../draft';

/** The members of a rule, in the order of a comparison. */
export const MEMBERS = {
  name: 'Name',
  description: 'Description',
  expression: 'Expression',
  severity: 'Severity',
  tags: 'Tags',
  controls: 'Controls',
  mode: 'Mode',
  message: 'Message',
  on_error: 'A value of another type',
  emit_evidence: 'Evidence',
  tests: 'Test cases',
} as const satisfies Record<keyof Draft, string>;
export type Member = keyof typeof MEMBERS;

/** Members whose texts have lines. */
export const isLong = (member: Member): boolean => member === 'expression' || member === 'tests';

/** A member as text; empty if the rule lacks it. */
export function textOf(draft: Draft, member: Member): string {
  const { controls, emit_evidence, tests, tags, message, ...texts } = bodyOf(draft);
  switch (member) {
    case 'tags':
      return tags.join(', ');
    case 'controls':
      return controls.map(({ framework, control }) => `${framework} ${control}`).join(', ');
    case 'message':
      return message ?? '';
    case 'emit_evidence':
      return emit_evidence ? 'exported' : 'not exported';
    case 'tests':
      return tests
        .map(
          ({ name, trace, expect }) => `${name}: ${typeof expect === 'object' ? `match of ${expect.match.join(', ')}` : expect}\n${trace}`,
        )
        .join('\n\n');
    default:
      return texts[member];
  }
}

/** Whether two states of a rule have the same value; different values may have the same text. */
export const isSameMember = (one: Draft, other: Draft, member: Member): boolean =>
  JSON.stringify(bodyOf(one)[member]) === JSON.stringify(bodyOf(other)[member]);

export const differing = (one: Draft, other: Draft): readonly Member[] =>
  (Object.keys(MEMBERS) as Member[]).filter((member) => !isSameMember(one, other, member));
