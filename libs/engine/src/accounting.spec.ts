import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeRequest, spansFromJson } from '#otlp';
import { applyAll, engineOf, ruleOf } from '../../../test/fixtures/engine/apply-all.js';
import { A_SPAN, requestOf } from '../../../test/fixtures/engine/test-span.js';
import { OTHER_ERRORS, RuleAccount } from './accounting.js';
import type { PartitionEngine } from './partition/partition.js';
import type { EngineRecord } from './record.js';
import type { Verdict } from './verdict/verdict.js';

const slow = ruleOf('slow', 'span.duration > 5');

describe('a span that an engine receives', () => {
  it('goes to the dead letters and is counted when it cannot be decoded, and processing continues', () => {
    const kept: [number, string][] = [];
    const engine = engineOf([[slow]], { undecodable: ({ offset }, reason) => kept.push([offset, reason]) });
    const verdicts: Verdict[] = [];
    const apply = (offset: number, value: Uint8Array): void =>
      engine.apply({ kind: 'spans', offset, timestamp: 10 + offset, value }, (verdict) => verdicts.push(verdict));
    apply(0, requestOf([A_SPAN]));
    apply(1, Uint8Array.of(0x0a, 0xff, 0xff));
    apply(2, requestOf([{ ...A_SPAN, span: 2, parent: 1 }]));
    expect(verdicts.map(({ spanId }) => spanId)).toEqual(['0000000000000001', '0000000000000002']);
    expect(kept).toEqual([[1, expect.stringContaining('malformed')]]);
    expect(engine.accounting).toMatchObject({ received: 3, evaluated: 2, rejected: { undecodable: 1 } });
  });

  it('is never evaluated if BeTrace itself emitted it', () => {
    const engine = engineOf([[slow]]);
    expect(applyAll(engine, [{ time: 0, spans: [{ ...A_SPAN, own: true }] }])).toEqual([]);
    expect(engine.accounting).toMatchObject({ received: 1, evaluated: 0, rejected: { own_span: 1 } });
    expect(engine.rememberedTraces).toBe(0);
  });

  it('is rejected without ids', () => {
    const engine = engineOf([[slow]]);
    applyAll(engine, [
      {
        time: 0,
        spans: [
          { ...A_SPAN, trace: 0 },
          { ...A_SPAN, span: 0 },
        ],
      },
    ]);
    expect(engine.accounting).toMatchObject({ received: 2, evaluated: 0, rejected: { no_trace_id: 1, no_span_id: 1 } });
  });

  it('counts once when it is sent twice', () => {
    const engine = engineOf([[slow]]);
    expect(
      applyAll(engine, [
        { time: 0, spans: [A_SPAN, A_SPAN] },
        { time: 5, spans: [A_SPAN] },
      ]),
    ).toHaveLength(1);
    expect(engine.accounting).toMatchObject({ received: 3, evaluated: 1, duplicates: 2 });
  });

  it('has no effect when a record is read again', () => {
    const engine = engineOf([[slow]]);
    const record = { kind: 'spans', offset: 4, timestamp: 1, value: requestOf([A_SPAN]) } as const;
    const verdicts: Verdict[] = [];
    for (let i = 0; i < 2; i++) engine.apply(record, (verdict) => verdicts.push(verdict));
    expect(verdicts).toHaveLength(1);
    expect(engine.accounting.received).toBe(1);
  });

  it('before the first judged offset is context, which the predecessor accounted for', () => {
    const engine = engineOf([[slow]], { judgeFrom: 1 });
    const verdicts = applyAll(engine, [
      { time: 0, spans: [A_SPAN] },
      { time: 1, spans: [A_SPAN, { ...A_SPAN, span: 2 }] },
    ]);
    expect(engine.accounting).toMatchObject({ context: 1, received: 2, evaluated: 1, duplicates: 1 });
    expect(verdicts.map(({ spanId }) => spanId)).toEqual(['0000000000000002']);
  });
});

describe('an error in a rule', () => {
  it('counts for that rule with its text, and affects no other', () => {
    const broken = ruleOf('broken', 'span.attributes.n > 3');
    const script = ruleOf('script', 'local x = nil; return x.y == 1');
    const engine = engineOf([[broken, slow, script]]);
    expect(applyAll(engine, [{ time: 0, spans: [A_SPAN] }, { time: 500 }]).map(({ ruleId }) => ruleId)).toEqual(['slow']);
    expect(engine.accounting.rule('broken').errors).toEqual(new Map([['attempt to compare number with nil', 1]]));
    expect(engine.accounting.rule('script').lastError).toMatch(/attempt to index/);
    expect(engine.accounting.rule('slow')).toMatchObject({ evaluations: 1, matches: 1, errors: new Map() });
  });
});

describe('an error on a span, within a function that is judged at close', () => {
  const tested = 'span.name == "a" and attribute.amount > 3';
  it.each([
    ['before', `trace.before(${tested}, span.name == "b")`],
    ['an aggregate', `trace.sum(span.duration, ${tested}) > 1s`],
    ['a named span', `trace.has(a where a.name == "a" and a.attributes.amount > 3 and trace.has(span.before(a)))`],
    ['a subject', `span.name == "b" and trace.preceded(${tested}, span.name == "c")`],
  ])('of %s is counted for its rule, once per span', (_where, expression) => {
    const engine = engineOf([[ruleOf('rule', expression)]]);
    const spans = ['a', 'b', 'a', 'c'].map((name, i) => ({ ...A_SPAN, span: i + 1, name }));
    applyAll(engine, [
      { time: 0, spans: spans.slice(0, 2) },
      { time: 1, spans: [...spans.slice(2), spans[0]!] },
      { time: 600_000, spans: [] },
    ]);
    expect([...engine.accounting.rule('rule').errors]).toEqual([['attempt to compare number with nil', 2]]);
  });
});

describe('errors on many spans', () => {
  const NIL = 'attempt to compare number with nil';
  const rules = [
    ...Array.from({ length: 70 }, (_, n) => ruleOf(`bare-${n}`, `attribute.n > ${n}`)),
    ruleOf('two', 'trace.has(attribute.n > 1) or trace.has(attribute.m > 1)'),
    ruleOf('guarded', 'attribute.n and attribute.n > 1'),
  ];
  const spans = Array.from({ length: 12 }, (_, i) => ({ ...A_SPAN, span: i + 1, ...(i % 3 === 1 ? { n: i } : {}) }));
  const duplicate = spans[0]!;

  it.each([1, 2, 5, 13])('are counted once per condition and span, %d spans to a record', (size) => {
    const engine = engineOf([rules]);
    const all = [duplicate, ...spans];
    const records = Array.from({ length: Math.ceil(all.length / size) }, (_, n) => ({
      time: 0,
      spans: all.slice(n * size, (n + 1) * size),
    }));
    applyAll(engine, records);
    const errorsOf = (id: string): unknown => [...engine.accounting.rule(id).errors];
    expect(rules.slice(0, 70).map(({ id }) => errorsOf(id))).toEqual(Array.from({ length: 70 }, () => [[NIL, 8]]));
    expect([errorsOf('two'), errorsOf('guarded')]).toEqual([[[NIL, 8 + 12]], []]);
    expect(engine.accounting.rule('bare-3').lastError).toBe(NIL);
  });
});

describe('errors of several kinds on one record', () => {
  const values = [undefined, 'text', true, 7];
  const textOf = (value: unknown): string | undefined =>
    typeof value === 'number' ? undefined : `attempt to compare number with ${value === undefined ? 'nil' : typeof value}`;

  /** The error counts of a rule `a > 0 and b > 1` on spans with these values of the two attributes. */
  const countsOf = (spans: readonly (readonly [unknown, unknown])[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const [a, b] of spans) {
      const text = textOf(a) ?? textOf(b);
      if (text !== undefined) counts[text] = (counts[text] ?? 0) + 1;
    }
    return counts;
  };
  const RULES = [
    ruleOf('bare', 'attribute.a > 0'),
    ruleOf('same', 'attribute.a > 1'),
    ruleOf('both', 'attribute.a > 0 and attribute.b > 1'),
    ruleOf('after-name', 'span.name == "a" and attribute.a > 0'),
    ruleOf('trace', 'trace.has(attribute.a > 0 and attribute.b > 1)'),
  ];
  const requestOfValues = (spans: readonly (readonly [unknown, unknown])[], trace_id: string): Uint8Array => {
    const given = spans.map(([a, b], n) => ({
      trace_id,
      span_id: `s${n}`,
      name: 'a',
      start_time: n,
      end_time: n + 1,
      attributes: { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) },
    }));
    return encodeRequest(spansFromJson(JSON.stringify({ spans: given })));
  };
  const judged = (spans: readonly (readonly [unknown, unknown])[], rules = RULES): PartitionEngine => {
    const engine = engineOf([rules]);
    engine.apply({ kind: 'spans', offset: 0, timestamp: 0, value: requestOfValues(spans, 't') }, () => {});
    return engine;
  };
  const errorsOf = (engine: PartitionEngine, id: string): unknown => Object.fromEntries(engine.accounting.rule(id).errors);

  it('count by their texts, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...values), fc.constantFrom(...values)), { maxLength: 12 }), (spans) => {
        const engine = judged(spans);
        const onA = countsOf(spans.map(([a]) => [a, 7]));
        for (const id of ['bare', 'same', 'after-name']) expect([id, errorsOf(engine, id)]).toEqual([id, onA]);
        for (const id of ['both', 'trace']) expect([id, errorsOf(engine, id)]).toEqual([id, countsOf(spans)]);
      }),
    );
  });

  it('are lost or doubled neither between records nor when rules change or they are read meanwhile', () => {
    // Mostly missing or a number: many rules fail alike on those.
    const value = fc.constantFrom(...values, undefined, undefined, 7, 7);
    const span = fc.tuple(value, value);
    const event = fc.oneof(
      { weight: 6, arbitrary: fc.array(span, { minLength: 1, maxLength: 5 }) },
      fc.constantFrom('read' as const, 'rules' as const),
    );
    const many = Array.from({ length: 70 }, (_, n) => ruleOf(`many ${n}`, `attribute.${n % 2 === 0 ? 'a' : 'b'} > ${n}`));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 14 }), (events) => {
        const engine = engineOf(
          events.map((_, n) => (n % 2 === 0 ? [...RULES, ...many] : [...many, ...RULES])).concat([[...RULES, ...many]]),
        );
        let epoch = 1;
        const all: (readonly [unknown, unknown])[] = [];
        for (const [offset, event] of events.entries()) {
          if (event === 'read') errorsOf(engine, 'bare');
          else if (event === 'rules') engine.apply({ kind: 'epoch', offset, timestamp: offset, epoch: ++epoch }, () => {});
          else engine.apply({ kind: 'spans', offset, timestamp: offset, value: requestOfValues(event, `trace ${offset}`) }, () => {});
          if (typeof event !== 'string') all.push(...event);
        }
        const onA = countsOf(all.map(([a]) => [a, 7]));
        const onB = countsOf(all.map(([, b]) => [b, 7]));
        for (const id of ['bare', 'many 0', 'many 68']) expect([id, errorsOf(engine, id)]).toEqual([id, onA]);
        for (const id of ['many 1', 'many 69']) expect([id, errorsOf(engine, id)]).toEqual([id, onB]);
        expect(errorsOf(engine, 'both')).toEqual(countsOf(all));
      }),
    );
  });

  it('are counted exactly for comparisons, and for others in total, with each kind among them', () => {
    const spans = Array.from({ length: 3_000 }, (_, n) => [values[n % 3], 7] as const);
    const many = Array.from({ length: 60 }, (_, n) => ruleOf(`other ${n}`, `span.name == "a" and attribute.a > ${n}`));
    const engine = judged(spans, [...RULES, ...many]);
    expect([errorsOf(engine, 'bare'), errorsOf(engine, 'same')]).toEqual([countsOf(spans), countsOf(spans)]);
    for (const { id } of [...RULES, ...many]) {
      expect([id, [...engine.accounting.rule(id).errors.values()].reduce((sum, count) => sum + count, 0)]).toEqual([id, 3_000]);
    }
    expect(Object.keys(errorsOf(engine, 'after-name') as object)).toHaveLength(3);
    const fewer = judged(spans.slice(0, 30), [...RULES, ...many]);
    expect(errorsOf(fewer, 'bare')).toEqual(countsOf(spans.slice(0, 30)));
  });
});

describe('the account of a rule', () => {
  it('counts errors by text, however they alternate and whenever it is read', () => {
    const account = new RuleAccount();
    for (const text of ['a', 'b', 'a']) account.countErrors(text, 2);
    expect([...account.errors]).toEqual([
      ['a', 4],
      ['b', 2],
    ]);
    account.countErrors('a', 1);
    expect([account.errors.get('a'), account.errors.get('a'), account.lastError]).toEqual([5, 5, 'a']);
  });

  it('distinguishes twenty texts', () => {
    const account = new RuleAccount();
    for (let n = 0; n < 23; n++) account.countErrors(`error ${n}`, 1);
    account.countErrors('error 3', 1);
    expect([account.errors.size, account.errors.get(OTHER_ERRORS), account.errors.get('error 3')]).toEqual([21, 3, 2]);
    expect(account.lastError).toBe('error 3');
  });

  it('counts the spans that a span rule judged, while its rule set is in force', () => {
    const engine = engineOf([[slow, ruleOf('early', 'span.duration > 7')], [slow]]);
    const records: readonly EngineRecord[] = [
      { kind: 'spans', offset: 0, timestamp: 1, value: requestOf([A_SPAN]) },
      { kind: 'epoch', offset: 1, timestamp: 2, epoch: 2 },
      { kind: 'spans', offset: 2, timestamp: 3, value: requestOf([{ ...A_SPAN, span: 2 }]) },
    ];
    for (const record of records) engine.apply(record, () => {});
    expect(['slow', 'early'].map((id) => engine.accounting.rule(id).evaluations)).toEqual([2, 1]);
  });

  it('counts each span for a rule about one span, in every kind of evaluation, matching or not', () => {
    const rules = {
      alone: 'span.duration > 7',
      never: 'span.name == "nobody"',
      mixed: 'span.name == "nobody" and not trace.has(span.name == "audit")',
      open: 'span.name == "a" and not trace.has(span.name == "audit")',
      early: 'span.name == "a" and trace.has(span.name == "b")',
      buffered: 'span.name == "nobody" and trace.sum(span.duration) > 7',
    };
    const engine = engineOf([Object.entries(rules).map(([id, expression]) => ruleOf(id, expression))]);
    const spans = Array.from({ length: 5 }, (_, n) => ({ ...A_SPAN, span: n + 1, name: n % 2 === 0 ? 'a' : 'b' }));
    applyAll(engine, [
      { time: 0, spans: spans.slice(0, 3) },
      { time: 0, spans: spans.slice(3) },
      { time: 600_000, spans: [] },
    ]);
    const evaluations = Object.keys(rules).map((id) => [id, engine.accounting.rule(id).evaluations]);
    expect(evaluations).toEqual(Object.keys(rules).map((id) => [id, 5]));
  });

  it('counts a span and a trace once, however often late spans cause a judgement', () => {
    const ofSpans = {
      alone: 'span.duration > 7',
      mixed: 'span.name == "a" and not trace.has(span.name == "audit")',
      early: 'span.name == "a" and trace.has(span.name == "b")',
      columns: 'span.name == "a" and trace.sum(span.duration) > 7',
      script: 'local n = 0 for _, s in ipairs(trace.spans) do n = n + 1 end return span.name == "a" and n > 7',
    };
    const ofTraces = {
      certain: 'trace.has(span.name == "a")',
      open: 'not trace.has(span.name == "audit")',
      turns: 'trace.count(span.name == "late") == 1',
      becomes: 'trace.count(span.name == "late") > 1',
      order: 'trace.before(span.name == "a", span.name == "late")',
      whole: 'return #trace.spans > 7',
    };
    const rules = Object.entries({ ...ofSpans, ...ofTraces }).map(([id, expression]) => ruleOf(id, expression));
    const settings = { rootGrace: 1, idleTimeout: 5, maxAge: 9, lateWindow: 1_000, maxSpans: 9, memoryBudget: 10_000_000 };
    const engine = engineOf([rules], { settings });
    const span = (n: number, name: string) => ({ ...A_SPAN, span: n, name });
    applyAll(engine, [
      { time: 0, spans: [span(1, 'a'), span(2, 'b')] },
      { time: 10, spans: [span(3, 'late')] },
      { time: 11, spans: [span(4, 'late'), span(5, 'a')] },
      { time: 11, spans: [span(5, 'a')] },
      { time: 600_000, spans: [] },
    ]);
    expect(engine.accounting.late).toBe(3);
    const evaluations = (rules: object) => Object.keys(rules).map((id) => [id, engine.accounting.rule(id).evaluations]);
    expect(evaluations(ofSpans)).toEqual(Object.keys(ofSpans).map((id) => [id, 5]));
    expect(evaluations(ofTraces)).toEqual(Object.keys(ofTraces).map((id) => [id, 1]));
  });
});

describe('ids that are not OTLP ids', () => {
  it('are shown as the user gave them, also by a verdict at close', () => {
    const body = '{"trace_id": "test-trace-001", "span_id": "s1", "name": "a", "start_time": 1, "end_time": 2}';
    const value = encodeRequest(spansFromJson(body));
    const engine = engineOf([[ruleOf('alone', 'not trace.has(span.name == "b")')]]);
    const verdicts: Verdict[] = [];
    engine.apply({ kind: 'spans', offset: 0, timestamp: 1, value }, (verdict) => verdicts.push(verdict));
    engine.apply({ kind: 'tick', offset: 1, timestamp: 500 }, (verdict) => verdicts.push(verdict));
    expect(verdicts).toMatchObject([{ traceId: 'test-trace-001', spanId: 's1' }]);
    expect(verdicts[0]!.wireTraceId).toMatch(/^[0-9a-f]{32}$/);
    expect(verdicts[0]!.wireSpanId).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('memory', () => {
  it('is refused above its budget, and available again when traces are forgotten', () => {
    const engine = engineOf([[slow]], {
      settings: { rootGrace: 1, idleTimeout: 5, maxAge: 9, lateWindow: 10, maxSpans: 9, memoryBudget: 10_000 },
    });
    const spans = Array.from({ length: 100 }, (_, i) => ({ ...A_SPAN, trace: i + 1 }));
    applyAll(engine, [{ time: 0, spans }]);
    expect([engine.accepts(), engine.rememberedTraces]).toEqual([false, 100]);
    engine.apply({ kind: 'tick', offset: 1, timestamp: 15 }, () => {});
    expect([engine.accepts(), engine.memory]).toEqual([true, 0]);
  });
});
