import type { Difference } from '#ui/api/types';
import type { SpanFact } from '../violation/rule-dialogs/span-facts';

const GROUPS = { field: 'Span', span: 'Attributes', resource: 'Resource' } as const;

/** Conditions on the spans that differ, as worded by the server. */
export const differenceFacts = (differences: readonly Difference[]): readonly SpanFact[] =>
  differences.map(({ on, name, value, condition }) => ({
    key: condition,
    group: GROUPS[on],
    label: name,
    shown: shownValue(value),
    condition,
  }));

/** Absent: the presence of the name differs, not its value. */
export const shownValue = (value: Difference['value']): string => (value === undefined ? 'any value' : String(value));
