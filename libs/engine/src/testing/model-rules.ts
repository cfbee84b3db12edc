import type { RuleDefinition } from '../settings.js';
import type { TestSpan } from './test-span.js';

type Test = (span: TestSpan, spans: readonly TestSpan[]) => boolean;

/** A rule twice: as a user writes it, and as what it means over a list of spans. */
export interface ModelRule {
  readonly definition: RuleDefinition;
  readonly subject: 'span' | 'trace';
  /** Needs nothing but its span: judged on arrival, by the rules in force then. */
  readonly alone?: boolean;
  readonly judge: (spans: readonly TestSpan[], span: TestSpan) => boolean;
  /** Whatever spans come, it matches. */
  readonly certain: (spans: readonly TestSpan[], span: TestSpan) => boolean;
  /** What a verdict over the trace names the first span of, in this order. */
  readonly witnesses: readonly Test[];
}

const named =
  (name: string) =>
  (span: TestSpan): boolean =>
    span.name === name;
const never = (): boolean => false;
const count = (spans: readonly TestSpan[], name: string): number => spans.filter(named(name)).length;

function rule(
  id: string,
  expression: string,
  rest: Omit<ModelRule, 'definition' | 'witnesses'> & { witnesses?: readonly Test[] },
): ModelRule {
  return { definition: { id, name: `${id} rule`, version: 1, expression, severity: 'HIGH' }, witnesses: [], ...rest };
}

/** One rule of each kind that the engine treats differently. */
export const MODEL_RULES: readonly ModelRule[] = [
  rule('slow', 'span.name == "a" and span.duration > 5', {
    subject: 'span',
    alone: true,
    judge: (_spans, span) => span.name === 'a' && span.duration > 5,
    certain: never,
  }),
  rule('fails', 'span.attributes.n > 3', {
    subject: 'span',
    alone: true,
    judge: (_spans, span) => span.n !== undefined && span.n > 3,
    certain: never,
  }),
  rule('both', 'trace.has(span.name == "a") and trace.has(span.status == "error")', {
    subject: 'trace',
    judge: (spans) => spans.some(named('a')) && spans.some((span) => span.error),
    certain: (spans) => spans.some(named('a')) && spans.some((span) => span.error),
    witnesses: [named('a'), (span) => span.error],
  }),
  rule('absent', 'trace.has(span.name == "a") and not trace.has(span.name == "b")', {
    subject: 'trace',
    judge: (spans) => spans.some(named('a')) && !spans.some(named('b')),
    certain: never,
    witnesses: [named('a'), named('b')],
  }),
  rule('many', 'trace.count(span.name == "a") > 2', {
    subject: 'trace',
    judge: (spans) => count(spans, 'a') > 2,
    certain: (spans) => count(spans, 'a') > 2,
    witnesses: [named('a')],
  }),
  rule('uniform', 'trace.all(span.service == "s1")', {
    subject: 'trace',
    judge: (spans) => spans.every((span) => span.service === 's1'),
    certain: never,
    witnesses: [(span) => span.service !== 's1'],
  }),
  rule('long', 'trace.span_count > 3', {
    subject: 'trace',
    judge: (spans) => spans.length > 3,
    certain: (spans) => spans.length > 3,
  }),
  rule('wide', 'trace.duration > 400', {
    subject: 'trace',
    judge: (spans) => extent(spans) > 400,
    certain: (spans) => extent(spans) > 400,
  }),
  rule('lonely', 'span.name == "c" and not trace.has(span.name == "b")', {
    subject: 'span',
    judge: (spans, span) => span.name === 'c' && !spans.some(named('b')),
    certain: never,
  }),
  rule('crowded', 'span.name == "c" and trace.count(span.name == "a") >= 2', {
    subject: 'span',
    judge: (spans, span) => span.name === 'c' && count(spans, 'a') >= 2,
    certain: (spans, span) => span.name === 'c' && count(spans, 'a') >= 2,
  }),
  rule('share', 'trace.has(span.name == "a" and span.duration * 50 > trace.duration)', {
    subject: 'trace',
    judge: (spans) => spans.some((span) => span.name === 'a' && span.duration * 50 > extent(spans)),
    certain: never,
    witnesses: [(span, spans) => span.name === 'a' && span.duration * 50 > extent(spans)],
  }),
  rule('dominant', 'span.duration * 50 > trace.duration', {
    subject: 'span',
    judge: (spans, span) => span.duration * 50 > extent(spans),
    certain: never,
  }),
  rule('script', 'local n = 0; for _, s in ipairs(trace.spans) do if s.name == "a" then n = n + 1 end end; return n == 2', {
    subject: 'trace',
    judge: (spans) => count(spans, 'a') === 2,
    certain: never,
  }),
];

function extent(spans: readonly TestSpan[]): number {
  return Math.max(...spans.map((span) => span.start + span.duration)) - Math.min(...spans.map((span) => span.start));
}

/** The same rule after a change. */
export function nextVersion(given: ModelRule): ModelRule {
  return { ...given, definition: { ...given.definition, version: given.definition.version + 1 } };
}
