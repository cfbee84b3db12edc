import { AGGREGATE_NAMES } from '../tree/aggregate-traits.js';
import type { Resolved } from '../tree/resolved.js';

/** The outcomes of a part of a rule, for the reference and the API. */
export const EXPLANATION_OUTCOMES = {
  true: 'It holds: its value is neither nil nor `false`.',
  false: 'It does not hold.',
  failed: 'Its evaluation ended in an error, which is not a match.',
  undecided: 'It is not known: the spans or values it needs were not kept, or a limit was reached.',
  not_evaluated: 'An earlier operand had decided the result.',
} as const;

export type ExplanationOutcome = keyof typeof EXPLANATION_OUTCOMES;

/** The kinds of parts of a rule, for the reference and the API. */
export const EXPLANATION_KINDS = {
  and: 'All of its children hold, as far as they were evaluated; otherwise it is false.',
  or: 'One of its children holds; otherwise it is false.',
  not: 'Its child does not hold.',
  comparison: '`==`, `<` and the like; its children are the functions over spans that it compares.',
  test: '`contains`, `starts_with`, `ends_with`, `matches`.',
  value: 'Any other value: it holds unless it is nil or `false`.',
  has: '`has`; its child is its condition, on the first span that satisfies it, else on the one that came closest.',
  count: '`count`; its child is its condition, as for `has`.',
  all: '`all`; its child is its condition, on the first span that breaks it.',
  pair: '`trace.before` and the like; its children are its two conditions.',
  aggregate: `${AGGREGATE_NAMES.map((name) => `\`${name}\``).join(', ')}; the witnesses are the spans whose values made it.`,
  script: 'A script, as a whole; its children are the `return` that ended it, and the conditions that led there.',
  return: 'The `return` that ended a script.',
} as const;

export type ExplanationKind = keyof typeof EXPLANATION_KINDS;

export function kindOf(node: Resolved): ExplanationKind {
  switch (node.type) {
    case 'logical':
      return node.operator;
    case 'unary':
      return node.operator === 'not' ? 'not' : 'value';
    case 'trace-quantifier':
      return node.quantifier;
    case 'trace-pair':
      return 'pair';
    case 'trace-aggregate':
      return 'aggregate';
    case 'string-test':
      return 'test';
    case 'binary':
      return COMPARISONS.has(node.operator) ? 'comparison' : 'value';
    case 'span-order':
      return 'comparison';
    default:
      return 'value';
  }
}

export const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);
