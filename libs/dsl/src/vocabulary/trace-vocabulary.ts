import type { VocabularyFunction } from '../text/vocabulary-entry.js';

type Entry = Omit<VocabularyFunction, 'name'>;

const CONDITION = {
  name: 'condition',
  type: 'condition',
  doc: 'Tested on each span; inside it `span` is that span, and `name where condition` gives it a name too.',
} as const;

const OPTIONAL_CONDITION = { ...CONDITION, doc: 'Which spans count; all of them without it.', optional: true } as const;
const FIELD = {
  name: 'field',
  type: 'value',
  doc: 'The value that is read from each span; a span on which it is nil is left out.',
} as const;

/**
 * Functions of `trace`, and of `span.children`, `span.descendants` and `span.ancestors` that count and test spans. The names of the language are
 * derived from these tables: an entry that nothing evaluates does not compile.
 */
const QUANTIFIERS = {
  has: {
    parameters: [CONDITION],
    returns: 'boolean',
    doc: 'True when some span satisfies the condition.',
    example: 'not trace.has(span.name == "audit.log")',
  },
  count: {
    parameters: [CONDITION],
    returns: 'number',
    doc: 'How many spans satisfy the condition.',
    example: 'trace.count(span.name == "retry") > 3',
  },
  all: {
    parameters: [CONDITION],
    returns: 'boolean',
    doc: 'True when every span satisfies the condition.',
    example: 'trace.all(span.service == "checkout")',
  },
} as const satisfies Readonly<Record<string, Entry>>;

/** Functions of the same owners that compute one value from a field's values. */
const AGGREGATES = {
  sum: {
    parameters: [FIELD, OPTIONAL_CONDITION],
    returns: 'number',
    doc: 'The sum of the field; 0 when no span has it.',
    example: 'trace.sum(span.attributes["gen_ai.usage.total_tokens"]) > 100000',
  },
  min: {
    parameters: [FIELD, OPTIONAL_CONDITION],
    returns: 'number',
    doc: 'The smallest value of the field; nil when no span has it.',
    example: 'trace.max(span.end_time, span.service == "payment") - trace.min(span.start_time, span.service == "payment") > 500ms',
  },
  max: {
    parameters: [FIELD, OPTIONAL_CONDITION],
    returns: 'number',
    doc: 'The largest value of the field; nil when no span has it.',
    example: 'trace.max(span.duration, span.kind == "client") > 1s',
  },
  avg: {
    parameters: [FIELD, OPTIONAL_CONDITION],
    returns: 'number',
    doc: 'The mean of the field over the spans that have it; nil when none has.',
    example: 'trace.has(span.name == "query") and trace.avg(span.duration, span.name == "query") > 100ms',
  },
  distinct: {
    parameters: [FIELD, OPTIONAL_CONDITION],
    returns: 'number',
    doc: 'How many different values the field has.',
    example: 'trace.distinct(span.attributes["tenant.id"]) > 1',
  },
  max_count: {
    parameters: [FIELD, OPTIONAL_CONDITION],
    returns: 'number',
    doc: 'How many spans have the value that occurs most often; 0 when no span has one.',
    example: 'trace.max_count(span.attributes["order.id"], span.name == "charge" and span.status == "ok") > 1',
  },
} as const satisfies Readonly<Record<string, Entry>>;

const A = { name: 'a', type: 'condition', doc: 'Satisfied by the first span; a name given to it can be used in b.' } as const;
const B = { name: 'b', type: 'condition', doc: 'Satisfied by another span.' } as const;
const WITHIN = { name: 'within', type: 'duration', doc: 'The maximum time between the two spans.', optional: true } as const;
const TOLERANCE = {
  name: 'tolerance',
  type: 'duration',
  doc: 'By how much clocks of different services may differ; by default the setting `traces.tolerance`.',
  optional: true,
} as const;

/** Functions over pairs of spans. */
const PAIRS = {
  before: {
    parameters: [A, B, TOLERANCE],
    returns: 'boolean',
    doc: 'True when some a ended no later than some b started.',
    example: 'trace.before(span.name == "data.read", span.name == "authorize")',
  },
  follows: {
    parameters: [A, B, WITHIN, TOLERANCE],
    returns: 'boolean',
    doc: 'True when every a is followed by a b: one that starts at or after its end. True when there is no a.',
    example: 'not trace.follows(span.name == "transaction" and span.status == "error", span.name == "rollback", 1s)',
  },
  preceded: {
    parameters: [A, B, WITHIN, TOLERANCE],
    returns: 'boolean',
    doc: 'True when every a is preceded by a b: one that ended no later than it starts. True when there is no a.',
    example:
      'not trace.preceded(c where c.name == "charge", span.name == "fraud.check" and attribute.order.id and attribute.order.id == c.attributes["order.id"])',
  },
  never_after: {
    parameters: [A, B, TOLERANCE],
    returns: 'boolean',
    doc: 'True when no b starts after an a has ended.',
    example: 'not trace.never_after(span.name == "session.close", span.name == "data.read")',
  },
  child: {
    parameters: [A, B],
    returns: 'boolean',
    doc: 'True when some b is a child of some a.',
    example: 'trace.child(span.kind == "server", span.kind == "server")',
  },
  descendant: {
    parameters: [A, B],
    returns: 'boolean',
    doc: 'True when some b is below some a, directly or not.',
    example: 'trace.descendant(span.name == "readonly", span.name == "db.write")',
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type Quantifier = keyof typeof QUANTIFIERS;
export type AggregateName = keyof typeof AGGREGATES;
export type SpanRelation = keyof typeof PAIRS;

export const RELATIVES_FUNCTIONS: readonly VocabularyFunction[] = named({ ...QUANTIFIERS, ...AGGREGATES });
export const PAIR_FUNCTIONS: readonly VocabularyFunction[] = named(PAIRS);
export const TRACE_FUNCTIONS: readonly VocabularyFunction[] = [...RELATIVES_FUNCTIONS, ...PAIR_FUNCTIONS];

/** The description of a function of `trace` or of a span's relatives, by name. */
export function isQuantifier(name: string): name is Quantifier {
  return Object.hasOwn(QUANTIFIERS, name);
}

export function isRelation(name: string): name is SpanRelation {
  return Object.hasOwn(PAIRS, name);
}

export function isAggregate(name: string): name is AggregateName {
  return Object.hasOwn(AGGREGATES, name);
}

function named(entries: Readonly<Record<string, Entry>>): readonly VocabularyFunction[] {
  return Object.entries(entries).map(([name, entry]) => ({ name, ...entry }));
}
