import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyAll, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { A_SPAN, type TestSpan } from '../../../../test/fixtures/engine/test-span.js';

const SETTINGS = { rootGrace: 20, idleTimeout: 100, maxAge: 300, lateWindow: 200, maxSpans: 50, memoryBudget: 1e9 };

type Content = Pick<TestSpan, 'name'> & Partial<TestSpan>;
/** True, false, a failure on a value of another type, a failure on a missing value. */
type Answer = 'true' | 'false' | 'type' | 'nil';

const told = (holds: boolean): Answer => (holds ? 'true' : 'false');
const of = (test: (number: number) => boolean, number: number | undefined, text: string | undefined): Answer =>
  number !== undefined ? told(test(number)) : text === undefined ? 'nil' : 'type';
const ofN =
  (test: (n: number) => boolean) =>
  ({ n, nText }: Content): Answer =>
    of(test, n, nText);
const ofM =
  (test: (m: number) => boolean) =>
  ({ m, mText }: Content): Answer =>
    of(test, m, mText);

/** Conditions on one span, with values of another type or missing ones, and their results. */
const ASKED: Readonly<Record<string, (span: Content) => Answer>> = {
  'span.attributes.n > 5': ofN((n) => n > 5),
  'span.attributes.n < 5': ofN((n) => n < 5),
  'span.attributes.m > 5': ofM((m) => m > 5),
  'span.attributes.m <= 5': ofM((m) => m <= 5),
  'not (span.attributes.n > 5)': ofN((n) => n <= 5),
  'span.name == "a"': ({ name }) => told(name === 'a'),
  'span.name == "b"': ({ name }) => told(name === 'b'),
  'span.attributes.n == 7': ({ n }) => told(n === 7),
  'span.attributes.n + 1 > 6': ofN((n) => n > 5),
};

type Operator = 'and' | 'or' | 'not';
type Tree =
  | string
  | { readonly operator: Operator; readonly operands: readonly Tree[] }
  /** A function with a condition as its argument. */
  | { readonly around: readonly [string, string]; readonly condition: Tree };

const FUNCTIONS: readonly (readonly [string, string])[] = [
  ['trace.has(', ')'],
  ['trace.all(', ')'],
  ['trace.count(', ') > 1'],
  ['trace.count(', ') == 1'],
  ['trace.child(span.name == "root", ', ')'],
  ['trace.never_after(span.name == "root", ', ')'],
  ['trace.has(x where x.name == "a" and trace.has(', '))'],
  ['trace.has(x where (x.attributes.n == 7 or ', ') and trace.has(y where y.attributes.n > x.duration - 5))'],
  ['(trace.max(span.attributes.n, ', ') or 0) > 5'],
];

function treeOf(leaf: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> {
  return fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 2 },
      leaf,
      fc.record({ operator: fc.constantFrom<Operator>('and', 'or'), operands: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) }),
      fc.record({ operator: fc.constant<Operator>('not'), operands: fc.tuple(tie('tree')) }),
    ),
  })).tree;
}
const condition = treeOf(fc.constantFrom(...Object.keys(ASKED)));
const traceTree = treeOf(fc.record({ around: fc.constantFrom(...FUNCTIONS), condition }));
const mixedTree = treeOf(fc.oneof(condition, traceTree));
const KINDS = [
  ['of a span alone', condition],
  ['of a trace', traceTree],
  ['of a span in its trace', mixedTree],
] as const;

function textOf(tree: Tree): string {
  if (typeof tree === 'string') return tree;
  if ('around' in tree) return tree.around.join(textOf(tree.condition));
  if (tree.operator === 'not') return `not (${textOf(tree.operands[0]!)})`;
  return tree.operands.map((operand) => `(${textOf(operand)})`).join(` ${tree.operator} `);
}

/** The operands of each `and` and `or` in another order. */
function permuted(tree: Tree, next: () => number): Tree {
  if (typeof tree === 'string') return tree;
  if ('around' in tree) return { ...tree, condition: permuted(tree.condition, next) };
  return { ...tree, operands: shuffled(tree.operands, next).map((operand) => permuted(operand, next)) };
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  return items
    .map((item) => ({ item, at: next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** The result of a condition on a span, for any order of operands. */
function answerOf(tree: Tree, span: Content): Answer {
  if (typeof tree === 'string') return ASKED[tree]!(span);
  if ('around' in tree) throw new Error('no condition on one span');
  const answers = tree.operands.map((operand) => answerOf(operand, span));
  if (tree.operator === 'not') return answers[0] === 'true' ? 'false' : answers[0] === 'false' ? 'true' : answers[0]!;
  const ranking: readonly Answer[] = tree.operator === 'and' ? ['false', 'nil', 'type', 'true'] : ['true', 'type', 'nil', 'false'];
  return ranking.find((answer) => answers.includes(answer))!;
}

const onErrors = fc.constantFrom('undecided' as const, 'violation' as const);
const ns = fc.constantFrom<Partial<TestSpan>>({ n: 1 }, { n: 7 }, { nText: 'x' }, {});
const ms = fc.constantFrom<Partial<TestSpan>>({ m: 1 }, { m: 7 }, { mText: 'x' }, {});
const contents = fc.array(
  fc.tuple(ns, ms, fc.constantFrom('a', 'b')).map(([n, m, name]): Content => ({ ...n, ...m, name })),
  { minLength: 1, maxLength: 4 },
);
const order = fc.infiniteStream(fc.nat(1_000)).map((stream) => () => stream.next().value as number);

const ROOT: TestSpan = { ...A_SPAN, span: 1, name: 'root', start: 900, n: 1 };

/** The final verdicts, by status, and whether they report an error; `spans` are in this order. */
function said(expression: string, onError: 'undecided' | 'violation', spans: readonly Content[]): readonly string[] {
  const engine = engineOf([[ruleOf('r', expression, { onError })]], { settings: SETTINGS });
  const own = spans.map((one, i) => ({ ...A_SPAN, ...one, span: i + 2, parent: 1, start: 1000 + i }));
  const verdicts = applyAll(engine, [{ time: 0, spans: [ROOT, ...own] }, { time: 50 }, { time: 100_000 }]);
  const last = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
  return [...last.values()]
    .map(({ status, message }) => `${status}${message.includes('could not be compared') ? ': an error' : ''}`)
    .sort();
}

describe('an error of an operand', () => {
  it.each(KINDS)(
    'does not depend on the order in which operands are written: %s',
    (_, trees) => {
      fc.assert(
        fc.property(trees, contents, onErrors, order, (tree, spans, onError, next) => {
          expect(said(textOf(permuted(tree, next)), onError, spans)).toEqual(said(textOf(tree), onError, spans));
        }),
        { numRuns: Number(process.env['BETRACE_TEST_RUNS'] ?? 150) },
      );
    },
    120_000,
  );

  it.each(KINDS)(
    'does not depend on the order of spans: %s',
    (_, trees) => {
      // Rules about order depend on it.
      const ordered = /before|after|follows|precede/;
      const unordered = trees.filter((tree) => !ordered.test(textOf(tree)));
      fc.assert(
        fc.property(unordered, contents, onErrors, order, (tree, spans, onError, next) => {
          expect(said(textOf(tree), onError, shuffled(spans, next))).toEqual(said(textOf(tree), onError, spans));
        }),
        { numRuns: Number(process.env['BETRACE_TEST_RUNS'] ?? 150) },
      );
    },
    120_000,
  );

  it('counts if the rule could match with a value of the expected type and no other operand decides', () => {
    fc.assert(
      fc.property(condition, contents, (tree, spans) => {
        const answers = [...spans, ROOT].map((span) => answerOf(tree, span));
        const told = [
          ...answers.filter((answer) => answer === 'true').map(() => 'open'),
          ...(answers.includes('type') ? ['undecided: an error'] : []),
        ];
        expect(said(textOf(tree), 'undecided', spans)).toEqual(told.sort());
        const violations = answers.flatMap((answer) => (answer === 'true' ? ['open'] : answer === 'type' ? ['open: an error'] : []));
        expect(said(textOf(tree), 'violation', spans)).toEqual(violations.sort());
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  it('appears in the explanation as judged: the deciding operand holds, the other one failed', () => {
    const engine = engineOf([[ruleOf('r', 'span.attributes.n > 5 or span.name == "a"', { onError: 'undecided' })]], { settings: SETTINGS });
    const [verdict] = applyAll(engine, [{ time: 0, spans: [{ ...A_SPAN, nText: 'x' }] }]);
    expect(verdict!.explanation.tree).toMatchObject({
      outcome: 'true',
      children: [{ outcome: 'failed', error: 'attempt to compare number with string' }, { outcome: 'true' }],
    });
  });

  it.each([
    ['span.attributes.n > 1000 and span.name == "refund"', { name: 'charge', nText: 'x' }, []],
    ['span.name == "refund" and span.attributes.n > 1000', { name: 'charge', nText: 'x' }, []],
    ['span.attributes.n > 1000 and span.name == "refund"', { name: 'refund', nText: 'x' }, ['undecided: an error']],
    ['span.attributes.n > 1000 or span.name == "refund"', { name: 'refund', nText: 'x' }, ['open']],
    ['span.name == "refund" or span.attributes.n > 1000', { name: 'refund', nText: 'x' }, ['open']],
    ['span.attributes.n > 1000 and type(span.attributes.n) == "number"', { name: 'a', nText: 'x' }, []],
    ['trace.has(span.attributes.n > 1000 and span.name == "refund")', { name: 'charge', nText: 'x' }, []],
    ['not trace.all(span.name == "root" or not (span.attributes.n > 5 and span.name == "b"))', { name: 'a', nText: 'x' }, []],
  ] as const)('by example: %s of %j', (rule, span, expected) => {
    expect(said(rule, 'undecided', [span])).toEqual(expected);
  });
});
