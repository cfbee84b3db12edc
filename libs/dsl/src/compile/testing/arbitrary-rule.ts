import fc from 'fast-check';
import { KINDS, STATUSES } from '../../vocabulary.js';
import { type PlainSpan } from './plain-span.js';

/**
 * Random rules, as text, and random spans from the same few names and numbers, so that about half of the comparisons meet their
 * equal, a nil or another type. Rules that the checker refuses are for the caller to skip.
 */

const WORDS = ['checkout', 'audit.log', 'a', '', 'é', '\u{1f600}', 'line\nbreak', '"); throw 1; ("'];
const KEYS = ['n', 's', 'flag', 'http.method'];
const NUMBERS = ['0', '5', '-1', '2.5', '500ms', '1s', '9007199254740993', '1e300', '200'];

export const arbitraryLiteral: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 4, arbitrary: fc.constantFrom(...WORDS).map(luaString) },
  { weight: 1, arbitrary: fc.constantFrom('true', 'false', 'nil') },
);

const arbitraryKey = fc.constantFrom(...KEYS).map((key) => `span.attributes[${luaString(key)}]`);

const arbitraryField = fc.constantFrom(
  'span.name',
  'span.service',
  'span.duration',
  'span.status_message',
  'span.id',
  'span.parent_id',
  'span.trace_id',
  'span.start_time',
  'span.end_time',
  'span.is_root',
  'span.scope.name',
  'trace.id',
  'span.resource["region"]',
);

const arbitraryReading = fc.oneof({ weight: 2, arbitrary: arbitraryKey }, { weight: 2, arbitrary: arbitraryField });

const arbitraryOperand: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: arbitraryReading },
  { weight: 4, arbitrary: arbitraryLiteral },
  {
    weight: 1,
    arbitrary: fc
      .tuple(arbitraryReading, fc.constantFrom('+', '-', '*', '/', '//', '%', '..', '&'), arbitraryLiteral)
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('#', '-', 'not '), arbitraryReading).map(([operator, a]) => `(${operator}${a})`) },
  {
    weight: 1,
    arbitrary: fc.tuple(arbitraryKey, fc.constantFrom('and', 'or'), arbitraryLiteral).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('tonumber', 'tostring', 'type', 'string.lower'), arbitraryReading)
      .map(([name, a]) => `${name}(${a})`),
  },
);

const arbitraryComparison = fc
  .tuple(arbitraryOperand, fc.constantFrom('==', '~=', '<', '<=', '>', '>='), arbitraryOperand)
  .map(([a, operator, b]) => `${a} ${operator} ${b}`);

const arbitraryPredicate: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(arbitraryReading, fc.constantFrom('==', '~=', '<', '>='), arbitraryLiteral)
      .map(([a, operator, b]) => `${a} ${operator} ${b}`),
  },
  { weight: 3, arbitrary: arbitraryComparison },
  { weight: 1, arbitrary: fc.constantFrom(...KINDS).map((kind) => `span.kind == "${kind}"`) },
  { weight: 1, arbitrary: fc.constantFrom(...STATUSES).map((status) => `span.status ~= "${status}"`) },
  { weight: 1, arbitrary: fc.constantFrom(...KEYS).map((key) => `span.has(attribute[${luaString(key)}])`) },
  { weight: 1, arbitrary: arbitraryReading },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        arbitraryReading,
        fc.constantFrom('contains', 'starts_with', 'ends_with', 'matches'),
        fc.constantFrom('a', 'check', '', '^a', 'é'),
      )
      .map(([subject, test, pattern]) => `${subject} ${test} ${luaString(pattern)}`),
  },
);

/** A condition on one span. */
export const arbitraryCondition: fc.Arbitrary<string> = compound(arbitraryPredicate);

const arbitraryTotal: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('has', 'all'), arbitraryCondition)
      .map(([quantifier, condition]) => `trace.${quantifier}(${condition})`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(arbitraryCondition, fc.constantFrom('==', '~=', '<', '<=', '>', '>='), fc.constantFrom('0', '1', '2', '3', '2.5'))
      .map(([condition, operator, limit]) => `trace.count(${condition}) ${operator} ${limit}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'trace.span_count > 3',
      '2 >= trace.span_count',
      'trace.duration > 1s',
      '500ms > trace.duration',
      'trace.id == "a"',
    ),
  },
  { weight: 1, arbitrary: fc.tuple(arbitraryCondition, arbitraryCondition).map(([a, b]) => `trace.count(${a}) > trace.count(${b})`) },
  { weight: 1, arbitrary: arbitraryCondition.map((a) => `trace.count(${a}) + trace.span_count // 0 > 3`) },
);

/** A trace rule that bits and counters can tell. */
export const arbitraryTraceRule: fc.Arbitrary<string> = compound(arbitraryTotal);

/** A rule over a span and its trace. */
export const arbitraryMixedRule: fc.Arbitrary<string> = compound(fc.oneof(arbitraryPredicate, arbitraryTotal));

export const arbitrarySpan: fc.Arbitrary<PlainSpan> = fc.record(
  {
    id: fc.constantFrom('a', 'b', 'c'),
    parentId: fc.constantFrom('', 'a', 'b'),
    name: fc.constantFrom(...WORDS),
    service: fc.constantFrom(...WORDS),
    status: fc.constantFrom(...STATUSES),
    statusMessage: fc.constantFrom(...WORDS),
    kind: fc.constantFrom(...KINDS),
    startTime: fc.constantFrom(0, 5, 1_000_000_000, 9_007_199_254_740_993n, 1_700_000_000_000_000_000n),
    duration: fc.constantFrom(0, 5, 500_000_000, 1_000_000_000, 2_000_000_000, 9_007_199_254_740_993n),
    attributes: fc.dictionary(fc.constantFrom(...KEYS), arbitraryAttribute(), { maxKeys: 4, noNullPrototype: true }),
    resource: fc.dictionary(fc.constant('region'), arbitraryAttribute(), { maxKeys: 1, noNullPrototype: true }),
  },
  { requiredKeys: ['id', 'startTime', 'duration'] },
);

function arbitraryAttribute() {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom<number | bigint>(0, 5, -1, 2.5, 200, 500_000_000, Number.NaN, 1e300, 9_007_199_254_740_993n, -0),
    },
    { weight: 3, arbitrary: fc.constantFrom(...WORDS, '5', '200') },
    { weight: 1, arbitrary: fc.boolean() },
    { weight: 1, arbitrary: fc.constantFrom(['a', 5], { a: 1 }, new TextEncoder().encode('a')) },
  );
}

function compound(predicate: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 4, arbitrary: predicate },
      { weight: 2, arbitrary: fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a}) and (${b})`) },
      { weight: 2, arbitrary: fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a}) or (${b})`) },
      { weight: 1, arbitrary: tie('tree').map((a) => `not (${a})`) },
    ),
  }));
  return tree;
}

/** The text as a literal of the DSL. */
export function luaString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
