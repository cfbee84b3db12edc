import fc from 'fast-check';
import { spanIdOf, type TestSpan } from './test-span.js';

/** An expression as text, and what it means for a span in its trace (for a rule over the trace the span plays no part). */
export interface Meaning {
  readonly text: string;
  readonly holds: (span: TestSpan, spans: readonly TestSpan[]) => boolean;
}

const condition: fc.Arbitrary<Meaning> = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'd').map((name) => ({ text: `span.name == "${name}"`, holds: (span: TestSpan) => span.name === name })),
  fc
    .constantFrom('s1', 's2')
    .map((service) => ({ text: `span.service == "${service}"`, holds: (span: TestSpan) => span.service === service })),
  fc.nat(10).map((least) => ({ text: `span.duration >= ${least}`, holds: (span: TestSpan) => span.duration >= least })),
  fc.constant({ text: 'span.status == "error"', holds: (span: TestSpan) => span.error }),
  fc.constant({ text: `span.id == "${spanIdOf(3)}"`, holds: (span: TestSpan) => span.span === 3 }),
);

const total: fc.Arbitrary<Meaning> = fc.oneof(
  condition.map(({ text, holds }) => ({
    text: `trace.has(${text})`,
    holds: (_span: TestSpan, spans: readonly TestSpan[]) => spans.some((span) => holds(span, spans)),
  })),
  condition.map(({ text, holds }) => ({
    text: `trace.all(${text})`,
    holds: (_span: TestSpan, spans: readonly TestSpan[]) => spans.every((span) => holds(span, spans)),
  })),
  fc.tuple(condition, fc.constantFrom('>', '>=', '<', '<=', '==', '~='), fc.nat(4)).map(([{ text, holds }, operator, limit]) => ({
    text: `trace.count(${text}) ${operator} ${limit}`,
    holds: (_span: TestSpan, spans: readonly TestSpan[]) => compare(spans.filter((span) => holds(span, spans)).length, operator, limit),
  })),
  fc.tuple(fc.constantFrom('>', '<', '=='), fc.nat(6)).map(([operator, limit]) => ({
    text: `trace.span_count ${operator} ${limit}`,
    holds: (_span: TestSpan, spans: readonly TestSpan[]) => compare(spans.length, operator, limit),
  })),
);

function combined(leaf: fc.Arbitrary<Meaning>): fc.Arbitrary<Meaning> {
  const { expression } = fc.letrec<{ expression: Meaning }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      tie('expression').map((inner) => ({
        text: `not (${inner.text})`,
        holds: (span: TestSpan, spans: readonly TestSpan[]) => !inner.holds(span, spans),
      })),
      fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => ({
        text: `(${left.text} and ${right.text})`,
        holds: (span: TestSpan, spans: readonly TestSpan[]) => left.holds(span, spans) && right.holds(span, spans),
      })),
      fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => ({
        text: `(${left.text} or ${right.text})`,
        holds: (span: TestSpan, spans: readonly TestSpan[]) => left.holds(span, spans) || right.holds(span, spans),
      })),
    ),
  }));
  return expression;
}

/** Rules over the trace. */
export const traceRule = combined(total);
/** Rules about a span, most of them in its trace. */
export const spanRule = combined(fc.oneof(condition, total)).filter(({ text }) =>
  text.replace(/trace\.\w+\([^()]*\)/g, '').includes('span.'),
);

function compare(left: number, operator: string, right: number): boolean {
  switch (operator) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    default:
      return (left === right) === (operator === '==');
  }
}
