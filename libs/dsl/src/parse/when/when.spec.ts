import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type PlainSpan, viewOf } from '../../../../../test/fixtures/dsl/traces/plain-span.js';
import { check, checkSaved } from '../../check/check.js';
import { interpretCondition } from '../../interpret/interpret.js';
import { convertWhen } from '../convert-when.js';
import { format } from '../format.js';
import { parse } from '../parse.js';

type Attributes = NonNullable<PlainSpan['attributes']>;

function spans(...list: readonly (string | readonly [string, Attributes])[]): PlainSpan[] {
  return list.map((item, index) => {
    const [name, attributes] = typeof item === 'string' ? [item, {}] : item;
    return { id: String(index), name, startTime: 0, duration: 1, attributes };
  });
}

function violated(text: string, list: readonly PlainSpan[]): boolean {
  const checked = checkSaved(text);
  if (!checked.ok || checked.rule.kind !== 'expression') throw new Error(`${text}: ${checked.diagnostics[0]?.message}`);
  expect(checked.rule.subject).toBe('trace');
  const trace = { id: 'trace', spans: list.map(viewOf), complete: true };
  const onSpanError = (): never => {
    throw new Error(`${text} fails on a span`);
  };
  return interpretCondition(checked.rule.resolved, { trace, onSpanError }) === true;
}

describe('when { … } always { … } never { … }', () => {
  it.each<[string, string, PlainSpan[], boolean]>([
    ['is violated when what must be there is missing', 'when { payment } always { fraud_check }', spans('payment'), true],
    ['is kept when it is there', 'when { payment } always { fraud_check }', spans('payment', 'fraud_check'), false],
    ['says nothing of other traces', 'when { payment } always { fraud_check }', spans('refund'), false],
    ['is violated by what must not be there', 'when { payment } never { bypass }', spans('payment', 'bypass'), true],
    ['takes both clauses: the second', 'when { a } always { b } never { c }', spans('a', 'b', 'c'), true],
    ['takes both clauses: the first', 'when { a } always { b } never { c }', spans('a'), true],
    ['takes both clauses: neither', 'when { a } always { b } never { c }', spans('a', 'b'), false],
    ['takes the clauses in any order', 'when { a } never { c } always { b }', spans('a', 'b', 'c'), true],
    ['knows dotted names', 'when { payment.charge_card } always { payment.fraud.check }', spans('payment.charge_card'), true],
    ['takes any name in quotes', 'when { "GET /pay" } always { audit }', spans('GET /pay'), true],
    ['binds and before or', 'when { a or b and c } always { d }', spans('a'), true],
    ['takes parentheses', 'when { (a or b) and c } always { d }', spans('a'), false],
    ['negates', 'when { payment and not test_mode } always { check }', spans('payment'), true],
    ['ignores comments', '// why\nwhen { payment } // here\nalways { check }', spans('payment'), true],
    ['counts', 'when { count(http.retry) > 2 } always { alert }', spans('http.retry', 'http.retry', 'http.retry'), true],
    ['counts up to', 'when { a } always { count(retry) <= 1 }', spans('a', 'retry', 'retry'), true],
    ['compares counts', 'when { count(request) != count(response) } never { lost }', spans('request', 'lost'), true],
    [
      'counts what a filter selects',
      'when { count(q.where(rows > 9)) >= 2 } never { q }',
      spans(['q', { rows: 10 }], ['q', { rows: 11 }]),
      true,
    ],
  ])('%s: %s', (_sentence, text, list, expected) => {
    expect(violated(text, list)).toBe(expected);
  });

  it.each<[string, Attributes, boolean]>([
    ['amount > 1000', { amount: 1500 }, true],
    ['amount > 1000', { amount: 1000 }, false],
    ['amount > 1000', {}, false],
    ['not amount > 1000', {}, true],
    ['amount > 1000', { amount: '1500' }, true],
    ['amount == 200', { amount: '200' }, true],
    ['amount == 200', { amount: 200 }, true],
    ['amount == "200"', { amount: 200 }, true],
    // A quoted value is a text: versions, postcodes and account numbers of equal numeric value differ.
    ['version == "1.10"', { version: '1.10' }, true],
    ['version == "1.10"', { version: '1.1' }, false],
    ['version == "1.10"', { version: 1.1 }, false],
    ['version == "1.10"', {}, false],
    ['version != "1.10"', { version: '1.1' }, true],
    ['version != "1.10"', { version: '1.10' }, false],
    ['version != "1.10"', {}, true],
    ['zip == "01234"', { zip: '1234' }, false],
    ['n == "10"', { n: '1e1' }, false],
    ['n == "10"', { n: ' 10 ' }, false],
    ['n == 10', { n: '1e1' }, true],
    ['n == "-5"', { n: '-5.0' }, false],
    ['version in ["1.10", "2.0"]', { version: '1.1' }, false],
    ['version in ["1.10", "2.0"]', { version: '2.0' }, true],
    ['version not in ["1.10", "2.0"]', { version: '2' }, true],
    ['version in [1.10]', { version: '1.1' }, true],
    ['amount != 200', {}, true],
    ['balance < -5.5', { balance: -6 }, true],
    ['score < 0.3', { score: 0.25 }, true],
    ['currency == EUR', { currency: 'EUR' }, true],
    ['currency == "EUR"', { currency: 'USD' }, false],
    ['currency != EUR', {}, true],
    ['verified == true', { verified: true }, true],
    ['verified == true', { verified: 'true' }, true],
    ['verified == false', {}, false],
    ['verified', { verified: true }, true],
    ['not verified', { verified: 'false' }, true],
    ['not verified', {}, true],
    ['amount > 1000 and currency == EUR or vip', { vip: true }, true],
    ['amount > 1000 and (currency == EUR or vip)', { vip: true }, false],
    ['amount > 1000).where(currency == EUR', { amount: 2000, currency: 'EUR' }, true],
    ['amount > 1000).where(currency == EUR', { amount: 2000 }, false],
    ['processor in [stripe, "square", 7]', { processor: 'square' }, true],
    ['processor in [stripe, "square", 7]', { processor: 7 }, true],
    ['processor in [stripe, "square"]', {}, false],
    ['processor not in [stripe, square]', { processor: 'other' }, true],
    ['path matches "^/api/v[0-9]+/admin\\b"', { path: '/api/v12/admin/users' }, true],
    ['path matches "\\.(jpg|png)$"', { path: 'x.png' }, true],
    ['path matches ".*"', {}, false],
    ['status matches "^5"', { status: 503 }, true],
    ['path contains admin', { path: '/admin/' }, true],
    ['path contains "min/"', { path: '/admin/' }, true],
    ['depth > max_capacity', { depth: 10, max_capacity: 5 }, true],
    ['depth > max_capacity', { depth: 10, max_capacity: 10 }, false],
    ['depth > max_capacity', { depth: 10 }, false],
    ['"data.contains_pii" == true', { 'data.contains_pii': true }, true],
    ['data.contains_pii == true', { 'data.contains_pii': true }, true],
    ['"odd key" >= 1', { 'odd key': 1 }, true],
    ['since >= "2024-01"', { since: '2024-02' }, true],
  ])('where(%s) on %j: %s', (condition, attributes, expected) => {
    const list = spans(['span', attributes]);
    expect(violated(`when { span.where(${condition}) } never { span }`, list)).toBe(expected);
    const converted = convertWhen(`when { span.where(${condition}) } never { span }`);
    expect(violated(converted.ok ? converted.text : '', list)).toBe(expected);
  });

  it('compares an attribute after the name of its span', () => {
    expect(violated('when { http.response.status >= 500 } always { logged }', spans(['http.response', { status: 502 }]))).toBe(true);
    expect(violated('when { http.response.status >= 500 } always { logged }', spans(['http.response', { status: 200 }]))).toBe(false);
  });

  it.each([
    ['when { payment }', 'BT_DSL_WHEN_INCOMPLETE', 1, 1],
    ['when { a } always { b } always { c }', 'BT_DSL_WHEN_REPEATED', 1, 25],
    ['when { amount > 5 } always { b }', 'BT_DSL_WHEN_ATTRIBUTE', 1, 8],
    ['when { } always { b }', 'BT_DSL_SYNTAX', 1, 8],
    ['when { a\n  always { b }', 'BT_DSL_UNCLOSED', 2, 3],
    ['when { a && b } always { c }', 'BT_DSL_FOREIGN_OPERATOR', 1, 10],
    ['when { a.where(b = 1) } always { c }', 'BT_DSL_FOREIGN_OPERATOR', 1, 18],
    ['when { a.where(b matches "(") } always { c }', 'BT_DSL_PATTERN', 1, 26],
    ['when { a.where(b == "x) } always { c }', 'BT_DSL_UNFINISHED_STRING', 1, 21],
    ['when { a } always { c } garbage', 'BT_DSL_SYNTAX', 1, 25],
    ['when { a.where(b > 1).c } always { d }', 'BT_DSL_SYNTAX', 1, 8],
    ['when { count(a) } always { d }', 'BT_DSL_EXPECTED', 1, 17],
    ['when { a @ b } always { d }', 'BT_DSL_UNKNOWN_CHARACTER', 1, 10],
  ])('%s is refused: %s at %i:%i', (text, code, line, column) => {
    const { ok, diagnostics } = check(text);
    expect(ok).toBe(false);
    expect(diagnostics[0]).toMatchObject({ code, line, column });
  });

  it('is corrected by its fixes', () => {
    const text = 'when { a&&b || !c.where(d = 1) } always { e }';
    const fixes = check(text).diagnostics.map(({ fix }) => fix as NonNullable<typeof fix>);
    const fixed = fixes.toReversed().reduce((t, { range, text: by }) => t.slice(0, range.start) + by + t.slice(range.end), text);
    expect(fixed).toBe('when { a and b or not c.where(d == 1) } always { e }');
    expect(check(fixed).ok).toBe(true);
  });

  it('is formatted without touching its strings', () => {
    const text = 'when{a.where( b matches "\\d" ).where(c in[ x,y ])and count( d )>3}\nalways{e}';
    const formatted = format(text);
    const wanted = 'when { a.where(b matches "\\d").where(c in [x, y]) and count(d) > 3 }\nalways { e }';
    expect(formatted).toEqual({ ok: true, text: wanted });
    expect(format(wanted)).toEqual({ ok: true, text: wanted });
  });

  it('never throws, and parses in linear time', () => {
    const word = fc.constantFrom(
      ...'when always never { } ( ) [ ] , . == > where count and or not in matches a "b" 5 - & $ é //\n'.split(' '),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const parsed = parse(`when { ${words.join(' ')}`);
        expect(parsed.syntax !== undefined || parsed.diagnostics.length > 0).toBe(true);
        expect(parsed.steps).toBeLessThan(30 * (words.length + 3));
        check(`when { ${words.join(' ')}`);
      }),
      { numRuns: 1_000 },
    );
    const deep = check(`when { ${'('.repeat(50_000)}`);
    expect(deep.diagnostics[0]?.code).toBe('BT_DSL_TOO_DEEP');
    const long = check(`when { ${'a or '.repeat(5_000)} a } always { b }`);
    expect(long.diagnostics[0]?.code).toBe('BT_DSL_TOO_DEEP');
  });
});

/** A condition twice: as text, and as a function of names and attributes. */
interface Meaning {
  readonly text: string;
  readonly holds: (list: readonly PlainSpan[]) => boolean;
}

const arbitraryFilter: fc.Arbitrary<{ text: string; holds: (attributes: Attributes) => boolean }> = fc.oneof(
  fc.record({ operator: fc.constantFrom('<', '<=', '>', '>='), limit: fc.integer({ min: 0, max: 3 }) }).map(({ operator, limit }) => ({
    text: `n ${operator} ${limit}`,
    holds: ({ n }: Attributes) => {
      if (n === undefined) return false;
      const value = Number(n);
      return operator === '<' ? value < limit : operator === '<=' ? value <= limit : operator === '>' ? value > limit : value >= limit;
    },
  })),
  fc.constantFrom('x', 'y').map((text) => ({ text: `s == ${text}`, holds: ({ s }: Attributes) => s === text })),
  fc.constantFrom('x', 'y').map((text) => ({ text: `s != "${text}"`, holds: ({ s }: Attributes) => s !== text })),
  fc.constant({ text: 's in [x, "z"]', holds: ({ s }: Attributes) => s === 'x' || s === 'z' }),
  fc.constant({ text: 'not s contains x', holds: ({ s }: Attributes) => !String(s ?? '').includes('x') }),
);

const { condition: arbitraryMeaning } = fc.letrec<{ condition: Meaning; term: Meaning }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    tie('term'),
    fc.tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition')).map(([a, operator, b]) => ({
      text: `(${a.text}) ${operator} (${b.text})`,
      holds: (list: readonly PlainSpan[]) => (operator === 'and' ? a.holds(list) && b.holds(list) : a.holds(list) || b.holds(list)),
    })),
    tie('condition').map((a) => ({ text: `not (${a.text})`, holds: (list: readonly PlainSpan[]) => !a.holds(list) })),
  ),
  term: fc.oneof(
    fc
      .constantFrom('a', 'b.c')
      .map((name) => ({ text: name, holds: (list: readonly PlainSpan[]) => list.some((span) => span.name === name) })),
    fc.tuple(fc.constantFrom('a', 'b.c'), fc.array(arbitraryFilter, { minLength: 1, maxLength: 2 })).map(([name, filters]) => ({
      text: `${name}${filters.map(({ text }) => `.where(${text})`).join('')}`,
      holds: (list: readonly PlainSpan[]) =>
        list.some((span) => span.name === name && filters.every(({ holds }) => holds(span.attributes ?? {}))),
    })),
    fc.tuple(fc.constantFrom('a', 'b.c'), fc.nat(3)).map(([name, limit]) => ({
      text: `count(${name}) > ${limit}`,
      holds: (list: readonly PlainSpan[]) => list.filter((span) => span.name === name).length > limit,
    })),
  ),
}));

const arbitrarySpans = fc
  .array(
    fc.record({
      name: fc.constantFrom('a', 'b.c', 'd'),
      attributes: fc.record(
        { n: fc.oneof(fc.nat(4), fc.constantFrom('0', '2', '4')), s: fc.constantFrom('x', 'y', 'z') },
        { requiredKeys: [], noNullPrototype: true },
      ),
    }),
    { maxLength: 6 },
  )
  .map((list) => spans(...list.map(({ name, attributes }): [string, Attributes] => [name, attributes])));

describe('a converted form', () => {
  it('has the meaning of its clauses', () => {
    fc.assert(
      fc.property(arbitraryMeaning, arbitraryMeaning, arbitraryMeaning, arbitrarySpans, (when, always, never, list) => {
        const text = `when { ${when.text} } always { ${always.text} } never { ${never.text} }`;
        const expected = when.holds(list) && (!always.holds(list) || never.holds(list));
        expect(violated(text, list)).toBe(expected);
        const converted = convertWhen(text);
        expect(violated(converted.ok ? converted.text : '', list)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads like a rule written by hand', () => {
    const converted = (text: string, typed = true) => {
      const result = convertWhen(text, { typed });
      return result.ok ? result.text : result.diagnostics;
    };
    expect(converted('when { payment.charge.where(amount > 1000) } always { payment.fraud_check }')).toBe(
      'trace.has(span.name == "payment.charge" and attribute.amount and attribute.amount > 1000) and\n' +
        'not trace.has(span.name == "payment.fraud_check")',
    );
    expect(converted('when { a } always { b and c } never { d or e }')).toBe(
      'trace.has(span.name == "a") and\n' +
        '(not (trace.has(span.name == "b") and trace.has(span.name == "c")) or trace.has(span.name == "d") or trace.has(span.name == "e"))',
    );
    expect(converted('when { count(a) > 3 } never { b.where("x y" == true) }')).toBe(
      'trace.count(span.name == "a") > 3 and trace.has(span.name == "b" and attribute["x y"] == true)',
    );
    expect(converted('when { a.where(n > 1) } never { b }', false)).toBe(
      'trace.has(span.name == "a" and tonumber(attribute.n) and tonumber(attribute.n) > 1) and\ntrace.has(span.name == "b")',
    );
  });
});
