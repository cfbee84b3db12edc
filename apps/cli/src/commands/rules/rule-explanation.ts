import type { GivesUpFrom, RuleDescription } from '#dsl';
import { visible } from '../../table.js';
import { paint, type Terminal } from '../../terminal.js';

/** The output of `check --explain` for a rule; property names are JSON's. */
export interface RuleExplanation extends RuleDescription {
  readonly file: string;
  readonly rule?: string;
  readonly reads: {
    /** Span fields that cost time to read; ids, times and parents are always read. */
    readonly fields: readonly string[];
    readonly attributes: readonly string[];
    readonly resource_attributes: readonly string[];
  };
}

export function explanationText(explanation: RuleExplanation, terminal: Terminal): string {
  const { file, rule, subject, summary, cost, reads } = explanation;
  const names = [
    ...reads.fields.map((field) => `span.${field}`),
    ...reads.attributes.map((key) => `attribute ${key}`),
    ...reads.resource_attributes.map((key) => `resource attribute ${key}`),
  ];
  const buffered =
    cost.buffers === 'nothing' ? '' : `, and ${cost.buffers === 'spans' ? 'whole spans' : 'columns of spans'} while it is open`;
  const lines = [
    `  judged once per ${subject}`,
    `  ${summary}`,
    `  reads ${names.length > 0 ? names.join(', ') : cost.buffers === 'spans' ? 'whole spans' : 'nothing but ids and times'}`,
    `  costs about ${cost.nanoseconds_per_span} ns per span and ${cost.bytes_per_trace} B per open trace${buffered}`,
    `  ${whenItGivesUp(explanation)}`,
  ];
  return [paint(terminal, 'bold', visible(rule ?? file)), ...lines.map(visible), ''].join('\n');
}

/** The number of spans from which on a rule may exceed `rules.evaluation_timeout`. */
function whenItGivesUp({ gives_up_from: always, gives_up_from_with_links: linked }: RuleExplanation): string {
  if (always === undefined || linked === undefined)
    return 'may give up on large traces: from how many spans on depends on the loops of the script';
  const onLinks = linked === null ? '' : `; where spans link to others of the trace it may give up ${from(linked)}`;
  if (always === null) return `is decided on traces of up to 32,768 spans${onLinks}`;
  return `may give up ${from(always)}${linked !== null && linked.spans < always.spans ? onLinks : ''}`;
}

function from({ spans, per }: GivesUpFrom): string {
  return `from ${spans} spans of one ${per === 'trace' ? 'trace' : 'value that it joins them by'} on`;
}
