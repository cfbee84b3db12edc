import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ruleOf } from '../../../../test/fixtures/dsl/judgements.js';
import { arbitraryPairRule } from '../../../../test/fixtures/dsl/rules/arbitrary-pair-rule.js';
import {
  adversarialTrace,
  LINKS,
  nameOf,
  ORDERS,
  STRUCTURES,
  TIMES,
  VALUES,
  withLinks,
} from '../../../../test/fixtures/dsl/traces/adversarial-traces.js';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { evaluationLimit } from '../interpret/evaluation-limit.js';
import { LinkedSpans } from '../interpret/pairs/links/linked-spans.js';
import type { Steps } from '../interpret/pairs/plan/steps.js';
import { StepModel } from '../interpret/pairs/step-model.js';
import type { TraceView } from '../trace/span-view.js';
import type { CheckedExpression } from '../tree/rule.js';
import { DEFAULT_TIMEOUT } from '../values/lua/budget.js';
import { StepLimit } from '../values/lua/step-limit.js';
import { givesUpFrom } from './gives-up.js';
import { judgeExpression } from './judge-expression.js';

const MAX_SPANS = 32_000;
/** The observed limit is at most this many times the reported one. */
const FACTOR = 3;
/** The maximum of steps for one judgement of a generated rule: about a second. */
const MAX_STEPS = 20_000_000;

const shape = (order: string, time: string, structure: string, values = 'one value') => ({
  order: ORDERS.indexOf(order),
  time: TIMES.indexOf(time),
  structure: STRUCTURES.indexOf(structure),
  values: VALUES.indexOf(values),
});
const SHAPES = [
  shape('one alone', 'in a row', 'flat'),
  shape('taken in turns', 'in a row', 'flat'),
  shape('taken in turns, backwards', 'in a row', 'a chain'),
  shape('one after the other, backwards', 'backwards', 'flat'),
  shape('one after the other, backwards', 'in a row', 'a chain'),
  shape('the last once', 'all at once', 'a chain'),
  shape('taken in turns, backwards', 'a millisecond', 'two services'),
  shape('one after the other, backwards', 'long before or a millisecond', 'two services', 'values in pairs'),
  shape('one alone', 'nested', 'a chain', 'values that rise'),
  shape('one alone', 'nested', 'a chain from the end'),
];

const FEW_SHAPES = [SHAPES[0]!, SHAPES[3]!, SHAPES[5]!];

/** Trees that mix ancestors, times and services, so that no box contains spans of one kind only. */
const TREES = [
  shape('at random', 'at random, short', 'random, of three services', 'one of three'),
  shape('at random', 'at random', 'a caterpillar of two services'),
  shape('one alone', 'at random, one long in four', 'preferential, of two services', 'at random'),
  shape('at random', 'at random, short', 'a deep chain with leaves', 'at random'),
  shape('at random', 'at random', 'many roots, of three services', 'one of three'),
];

const QUADRATIC = [
  ['what two names make', 'trace.has(a where trace.has(b where b.name .. a.name == "x"))', 'trace'],
  [
    'of one value',
    'trace.has(a where a.attributes.k and trace.has(b where b.attributes.k == a.attributes.k and b.name .. a.name == "x"))',
    'value',
  ],
  ['three spans', 'trace.has(a where trace.has(b where trace.has(c where c.name .. a.name .. b.name == "x")))', 'trace'],
  [
    'counts by or across both',
    'trace.has(a where trace.count(b where b.duration >= a.duration - 99h or b.start_time < a.start_time - 99h) > 99999999)',
    'trace',
  ],
  ['all of them', 'trace.has(a where not trace.all(b where b.name .. a.name ~= "x"))', 'trace'],
  [
    'all, with a question',
    'trace.has(a where not trace.all(b where not trace.has(c where c.start_time > a.start_time + 9999h and c.duration > b.duration)))',
    'trace',
  ],
  ['what is below each', 'span.duration >= 0 and span.descendants.max(span.duration) > 99999h', 'trace'],
  ['all above each', 'trace.has(a where not a.ancestors.all(span.name != "zz"))', 'trace'],
  ['above each, by what two names make', 'trace.has(a where a.ancestors.has(b where b.name .. a.name == "x"))', 'trace'],
  ['the most of windows', 'trace.has(a where trace.max(span.duration, span.start_time >= a.start_time) > 999999h)', 'trace'],
  ['counts with a question', 'trace.has(a where trace.count(b where b.name .. a.name ~= "x") > 99999999)', 'trace'],
  ['order, by what two names make', 'trace.before(a where a.duration >= 0, b where b.name .. a.name == "x")', 'trace'],
] as const;

const LINKED = [
  ['a pair', 'trace.before(a where a.duration >= 0, b where b.id .. a.id == "x")'],
  [
    'an order to each of two spans',
    'trace.has(a where trace.has(b where b.name == a.name and trace.has(c where c.before(a) and c.before(b) and c.duration > b.duration + 9999h)))',
  ],
  ['sums of what was before', 'trace.has(a where trace.sum(b.duration, b where b.before(a)) > 999999h)'],
] as const;

const DECIDED_WITH_LINKS = [
  [
    'order',
    'not trace.preceded(a where a.name == "a" and a.status ~= "error", span.name == "b" and span.status ~= "error" and span.attributes.k == a.attributes.k)',
  ],
  [
    'order within a time',
    'not trace.follows(a where a.name == "a" and a.status ~= "error", span.name == "b" and span.status ~= "error" and span.attributes.k == a.attributes.k, 1s)',
  ],
  [
    'a method, and another comparison',
    'trace.has(a where a.name == "a" and a.status ~= "error" and trace.has(b where b.name == "b" and b.status ~= "error" and b.kind ~= "client" and b.before(a) and b.duration > a.duration + 9999h))',
  ],
  [
    'counts of one value',
    'trace.has(a where a.name == "a" and a.status ~= "error" and trace.count(b where b.attributes.k == a.attributes.k and b.name == "b" and b.status ~= "error" and a.before(b)) > 99999)',
  ],
  ['above each', 'trace.has(a where a.name == "a" and a.ancestors.has(span.duration > a.duration + 99h))'],
  ['sums below each', 'span.duration >= 0 and span.descendants.sum(span.duration) > 99999h'],
] as const;

const DECIDED = [
  ['order', 'not trace.preceded(a where a.name == "a", span.name == "b" and span.attributes.k == a.attributes.k)'],
  ['order within a time', 'not trace.follows(a where a.name == "a", span.name == "b" and span.attributes.k == a.attributes.k, 1s)'],
  ['never after', 'not trace.never_after(a where a.name == "a", span.name == "b")'],
  [
    'counts of windows',
    'trace.has(a where trace.count(b where b.start_time >= a.start_time and b.start_time < a.start_time + 1s) > 99999)',
  ],
  ['another value', 'trace.has(a where trace.has(b where b.name == a.name and b.attributes.k ~= a.attributes.k))'],
  ['below each', 'trace.has(a where a.name == "a" and a.descendants.has(span.name == "x"))'],
  ['above each', 'trace.has(a where a.name == "a" and a.ancestors.has(span.duration > a.duration + 99h))'],
  ['children', 'trace.has(a where a.children.sum(span.duration) > 99999h)'],
  ['totals', 'trace.distinct(attribute.k, span.name == "a") > 99999'],
  [
    'sums below the topmost',
    'span.name == "a" and not span.ancestors.has(span.name == "a") and span.descendants.sum(span.duration) > 99999h',
  ],
  ['or across both', 'trace.has(a where trace.has(b where b.duration > a.duration + 99h or b.start_time < a.start_time - 99h))'],
  [
    'or across both, of one value',
    'trace.has(a where not trace.has(b where b.attributes.k == a.attributes.k and (b.start_time > a.end_time + 99h or b.end_time < a.start_time - 99h) and b.name == "a"))',
  ],
  ['sums below each', 'span.duration >= 0 and span.descendants.sum(span.duration) > 99999h'],
  ['sums of windows', 'trace.has(a where trace.sum(span.duration, span.start_time >= a.start_time) > 999999h)'],
  [
    'averages of windows of one value',
    'trace.has(a where (trace.avg(b.duration, b where b.attributes.k == a.attributes.k and b.start_time >= a.start_time and b.start_time < a.start_time + 1s) or 0) > 99h)',
  ],
  [
    'order, of one value',
    'trace.has(a where a.name == "a" and trace.count(b where b.attributes.k == a.attributes.k and b.before(a)) > 99999)',
  ],
  ['longer ones below each', 'trace.has(a where a.name == "a" and a.descendants.count(b where b.duration > a.duration) > 99999)'],
  ['longer ones above each', 'trace.has(a where a.name == "a" and a.ancestors.count(b where b.duration > a.duration) > 99999)'],
  ['sums of one value', 'trace.has(a where trace.sum(span.duration, span.attributes.k == a.attributes.k) > 999999h)'],
] as const;

describe('the number of spans from which a rule may give up', () => {
  it.each(QUADRATIC)(
    '%s',
    (_what, text, per) => {
      const rule = ruleOf(text)!;
      const told = givesUpFrom(rule, DEFAULT_TIMEOUT, false)!;
      expect(told.per).toBe(per);
      expect(failing(rule, told.spans - 1)).toEqual([]);
      expect(failing(rule, told.spans * FACTOR)).not.toEqual([]);
    },
    60_000,
  );

  it.each(LINKED)(
    'of spans that descend from links: %s',
    (_what, text) => {
      const rule = ruleOf(text)!;
      const told = givesUpFrom(rule, DEFAULT_TIMEOUT, true)!;
      expect(failing(rule, told.spans - 1, belowLink)).toEqual([]);
      for (const kind of LINKS)
        expect({ kind, failing: failing(rule, told.spans - 1, linkedBy(kind), FEW_SHAPES) }).toEqual({ kind, failing: [] });
      expect(LINKS.some((kind) => failing(rule, told.spans * FACTOR, linkedBy(kind), FEW_SHAPES).length > 0)).toBe(true);
    },
    60_000,
  );

  it('grows with the timeout', () => {
    const rule = ruleOf(QUADRATIC[0][1])!;
    const [short, long] = [10, 1_000].map((milliseconds) => givesUpFrom(rule, milliseconds, false)!.spans);
    expect(long! / short!).toBeGreaterThan(5);
  });
});

describe('a function within a function', () => {
  // Mostly its result is known for whole boxes of spans (box-rejection.ts), but not on every trace.
  it.each([
    [
      'a window without something',
      'trace.has(a where a.name == "a" and trace.has(b where b.name == "b" and a.before(b) and not trace.has(c where c.name == "c" and a.before(c) and c.before(b))))',
    ],
  ] as const)(
    '%s',
    (_what, text) => {
      const rule = ruleOf(text)!;
      expect(failing(rule, givesUpFrom(rule, DEFAULT_TIMEOUT, false)!.spans - 1)).toEqual([]);
    },
    60_000,
  );
});

describe('a function within a function, whose result is not known for boxes of spans', () => {
  // One span per session belongs to another service, so clocks may differ. The other span should follow the login, and overlaps it.
  const rule = ruleOf(
    'trace.has(x where x.name == "login" and trace.has(y where y.attributes.k and y.before(x) and trace.has(z where z.attributes.k == y.attributes.k and x.before(z))))',
  )!;
  const sessions = (size: number): TraceView => {
    const spans = Array.from({ length: size }, (_, index) => {
      const [service, startTime] = index % 2 === 0 ? ['a', 10_000_000_000n] : ['b', 1_000_000_000n];
      const joined = { k: `k${index >> 1}` };
      return viewOf({
        id: `${index}`,
        parentId: index === 0 ? '' : '0',
        name: 'login',
        service,
        attributes: joined,
        startTime,
        duration: 100,
      });
    });
    return { id: 't', spans, complete: true, tolerance: 1_000_000 };
  };
  const exceeds = (size: number): boolean =>
    judgeExpression(rule, evaluationLimit(rule.resolved, DEFAULT_TIMEOUT))(sessions(size)).errors.length > 0;

  it('gives up at the reported size, and not far above', () => {
    const { spans } = givesUpFrom(rule, DEFAULT_TIMEOUT, false)!;
    expect([exceeds(spans - 1), exceeds(spans * 8)]).toEqual([false, true]);
    expect(failing(rule, spans - 1)).toEqual([]);
  }, 60_000);
});

describe('a rule without a reported limit is decided', () => {
  it.each(DECIDED)(
    '%s',
    (_what, text) => {
      const rule = ruleOf(text)!;
      expect(givesUpFrom(rule, DEFAULT_TIMEOUT, false)).toBeNull();
      expect(failing(rule, MAX_SPANS, undefined, [...SHAPES.slice(5, 8), ...TREES.slice(0, 3)])).toEqual([]);
    },
    120_000,
  );
});

describe('on traces with a link per span, a rule without a reported limit is decided', () => {
  it.each(DECIDED_WITH_LINKS)(
    '%s',
    (_what, text) => {
      const rule = ruleOf(text)!;
      expect(givesUpFrom(rule, DEFAULT_TIMEOUT, true)).toBeNull();
      const failed = [0, 1, 3, 6].flatMap((kind) => failing(rule, MAX_SPANS, linkedBy(LINKS[kind]!), [SHAPES[3 + kind]!]));
      expect(failed).toEqual([]);
    },
    240_000,
  );
});

describe('rules of any form', () => {
  const shapes = fc.record({
    order: fc.nat(ORDERS.length - 1),
    time: fc.nat(TIMES.length - 1),
    structure: fc.nat(STRUCTURES.length - 1),
    values: fc.nat(VALUES.length - 1),
  });

  it('take no more steps if a condition on a common ancestor of many spans has its own function', () => {
    const asked = [
      '(b.children.sum(c.duration, c where c.attributes.k == b.attributes.k) or 0) > 9e30',
      'b.children.count(c where c.attributes.k == b.attributes.k) > 99999',
      'b.descendants.has(c where c.attributes.k == b.attributes.k and c.duration > b.duration + 99h)',
    ].flatMap((question) => [
      `span.duration >= 0 and span.descendants.has(a where a.duration >= 0 and a.ancestors.has(b where b.attributes.k == a.attributes.k and ${question}))`,
      `trace.has(a where a.ancestors.count(b where ${question}) > 99999)`,
      `trace.has(a where a.ancestors.has(b where b.duration > a.duration and ${question}))`,
    ]);
    for (const text of asked) {
      const rule = ruleOf(text)!;
      for (const linked of [false, true]) {
        for (const [one, size] of [...SHAPES, ...TREES].flatMap((one) => [200, 700].map((size) => [one, size] as const))) {
          const trace = adversarialTrace(rule, size, one);
          for (const judged of linked ? LINKS.map((kind) => withLinks(trace, kind)) : [trace]) {
            const limit = new StepLimit(StepModel.of(rule, linked).steps.on(size));
            const { errors } = judgeExpression(rule, () => limit)(judged);
            expect([text, nameOf(one), size, linked, errors.some(({ exceeded }) => exceeded)]).toEqual([
              text,
              nameOf(one),
              size,
              linked,
              false,
            ]);
          }
        }
      }
    }
  }, 120_000);

  it('take at most the steps of the model', () => {
    let [judged, costly] = [0, 0];
    fc.assert(
      fc.property(arbitraryPairRule, shapes, fc.integer({ min: 200, max: 1_000 }), (text, one, upTo) => {
        const rule = ruleOf(text);
        if (rule === undefined) return;
        const { size, max } = affordable(StepModel.of(rule, false).steps, upTo);
        const limit = new StepLimit(max);
        const { errors } = judgeExpression(rule, () => limit)(adversarialTrace(rule, size, one));
        if (errors.some(({ exceeded }) => exceeded)) throw new Error(`${text}\n${size} spans: ${nameOf(one)}: more than ${max} steps`);
        judged++;
        if (max > 1_000 * size) costly++;
      }),
      { numRuns: 250 },
    );
    expect({ judged: judged > 200, costly: costly > 20 }).toEqual({ judged: true, costly: true });
  }, 240_000);

  it('take at most the steps of the model on traces with a link per span', () => {
    let [judged, asked] = [0, LinkedSpans.questions];
    fc.assert(
      fc.property(arbitraryPairRule, shapes, fc.constantFrom(...LINKS), fc.integer({ min: 100, max: 600 }), (text, one, kind, upTo) => {
        const rule = ruleOf(text);
        if (rule === undefined) return;
        const { size, max } = affordable(StepModel.of(rule, true).steps, upTo);
        const limit = new StepLimit(max);
        const { errors } = judgeExpression(rule, () => limit)(withLinks(adversarialTrace(rule, size, one), kind));
        if (errors.some(({ exceeded }) => exceeded))
          throw new Error(`${text}\n${size} spans: ${nameOf(one)}, links to ${kind}: more than ${max} steps`);
        judged++;
      }),
      { numRuns: 250 },
    );
    asked = LinkedSpans.questions - asked;
    expect({ judged: judged > 200, asked: asked > 20 }).toEqual({ judged: true, asked: true });
  }, 240_000);

  it('are decided on large trees without a reported limit, and one span below a reported one', () => {
    const told = { none: 0, some: 0 };
    for (const [text, at] of fc.sample(fc.tuple(arbitraryPairRule, fc.nat(TREES.length - 1)), { numRuns: 24, seed: 11 })) {
      const rule = ruleOf(text);
      if (rule === undefined) continue;
      const spans = givesUpFrom(rule, DEFAULT_TIMEOUT, false)?.spans;
      told[spans === undefined ? 'none' : 'some']++;
      const size = Math.min(MAX_SPANS, (spans ?? Number.POSITIVE_INFINITY) - 1);
      expect({ text, size, failing: failing(rule, size, undefined, [TREES[at]!]) }).toEqual({ text, size, failing: [] });
    }
    expect(told.none).toBeGreaterThan(4);
    expect(told.some).toBeGreaterThan(4);
  }, 240_000);
});

/** The shapes of traces on which the rule gives up. */
function failing(rule: CheckedExpression, size: number, changed = (trace: TraceView): TraceView => trace, shapes = SHAPES): string[] {
  const judge = judgeExpression(rule, evaluationLimit(rule.resolved, DEFAULT_TIMEOUT));
  return shapes.filter((one) => judge(changed(adversarialTrace(rule, size, one))).errors.some(({ exceeded }) => exceeded)).map(nameOf);
}

/** The size, or a half, a quarter… of it, on which the rule takes at most `MAX_STEPS`: a cubic rule takes minutes on 1,000 spans. */
function affordable(steps: Steps, upTo: number): { size: number; max: number } {
  let size = upTo;
  while (size > 50 && steps.on(size) > MAX_STEPS) size >>= 1;
  return { size, max: steps.on(size) };
}

function linkedBy(kind: (typeof LINKS)[number]): (trace: TraceView) => TraceView {
  return (trace) => withLinks(trace, kind);
}

/** Links each child of the root to the root, so that all further spans descend from a span with a link. */
function belowLink(trace: TraceView): TraceView {
  const root = trace.spans.find(({ isRoot }) => isRoot)!;
  const links = [{ traceId: root.traceId, spanId: root.id, attributes: {} }];
  return { ...trace, spans: trace.spans.map((span) => (span.parentId === root.id ? { ...span, links } : span)) };
}
