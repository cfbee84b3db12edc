import type { Difference } from '../api/types';
import type { SpanFact } from '../violation/rule-dialogs/span-facts';

const GROUPS = { field: 'Span', span: 'Attributes', resource: 'Resource' } as const;

/** What a rule can say of the spans that differ; each condition as the server worded it. */
export const differenceFacts = (differences: readonly Difference[]): readonly SpanFact[] =>
  differences.map(({ on, name, value, condition }) => ({
    key: condition,
    group: GROUPS[on],
    label: name,
    shown: shownValue(value),
    condition,
  }));

/** Absent: the name is what is different, whatever its value. */
export const shownValue = (value: Difference['value']): string => (value === undefined ? 'any value' : String(value));
