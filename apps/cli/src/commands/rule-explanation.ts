import type { RuleDescription } from '#dsl';
import { paint, type Terminal } from '../terminal.js';

/** What `check --explain` says of a rule; property names are JSON's. */
export interface RuleExplanation extends RuleDescription {
  readonly file: string;
  readonly rule?: string;
  readonly reads: {
    /** Span fields that cost something to read; ids, times and parents are always read. */
    readonly fields: readonly string[];
    readonly attributes: readonly string[];
    readonly resource_attributes: readonly string[];
  };
}

export function explanationText({ file, rule, subject, summary, cost, reads }: RuleExplanation, terminal: Terminal): string {
  const names = [
    ...reads.fields.map((field) => `span.${field}`),
    ...reads.attributes.map((key) => `attribute ${key}`),
    ...reads.resource_attributes.map((key) => `resource attribute ${key}`),
  ];
  const kept = cost.buffers === 'nothing' ? '' : `, and ${cost.buffers === 'spans' ? 'whole spans' : 'columns of spans'} while it is open`;
  return [
    paint(terminal, 'bold', rule ?? file),
    `  judged once per ${subject}`,
    `  ${summary}`,
    `  reads ${names.length === 0 ? 'nothing but ids and times' : names.join(', ')}`,
    `  costs about ${cost.nanoseconds_per_span} ns per span and ${cost.bytes_per_trace} B per open trace${kept}`,
    '',
  ].join('\n');
}
