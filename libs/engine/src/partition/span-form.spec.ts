import { describe, expect, it } from '@jest/globals';
import { encodeRequest, type KeyValue, type Span } from '#otlp';
import { engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { spanIdOf, traceIdOf } from '../../../../test/fixtures/engine/test-span.js';
import type { Verdict } from '../verdict/verdict.js';

interface Form {
  readonly span?: Partial<Span>;
  readonly service?: string;
  readonly resource?: string;
  readonly scope?: string;
}

const text = (key: string, value: string): KeyValue => ({ key, value: { type: 'string', value } });

function recordOf({ span, service = 's', resource = '', scope = 'test' }: Form): Uint8Array {
  const whole: Span = {
    traceId: traceIdOf(1),
    spanId: spanIdOf(1),
    traceState: '',
    parentSpanId: '',
    name: 'read',
    kind: 2,
    startTimeUnixNano: 1_000n,
    endTimeUnixNano: 2_000n,
    attributes: [],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: '' },
    flags: 0,
    ...span,
  };
  return encodeRequest({
    resourceSpans: [
      {
        resource: { attributes: [text('service.name', service), text('zone', resource)], droppedAttributesCount: 0 },
        schemaUrl: '',
        scopeSpans: [{ scope: { name: scope, version: '', attributes: [], droppedAttributesCount: 0 }, schemaUrl: '', spans: [whole] }],
      },
    ],
  });
}

const withValue = (value: KeyValue['value']): Form => ({ span: { attributes: [{ key: 'x', value }] } });
const ROOT: Form = { span: { spanId: spanIdOf(9), name: 'root', startTimeUnixNano: 900n, status: { code: 0, message: 'late' } } };

/** Two contents of span 1 with the same times, and a rule that matches because of the second one. */
const FORMS: readonly (readonly [string, string, Form, Form])[] = [
  [
    'the message of the status',
    'trace.has(a where a.name == "read" and trace.has(b where b.name == "root" and b.status_message == a.status_message))',
    { span: { status: { code: 2, message: 'early' } } },
    { span: { status: { code: 2, message: 'late' } } },
  ],
  [
    'a link',
    'not trace.preceded(span.name == "read", span.name == "root")',
    {
      span: {
        links: [{ traceId: traceIdOf(1), spanId: spanIdOf(9), traceState: '', attributes: [], droppedAttributesCount: 0, flags: 0 }],
      },
    },
    {},
  ],
  [
    'one character of a long text',
    'trace.distinct(attribute.x) > 1',
    withValue({ type: 'string', value: '01234567-89ab-cdef-0123-456789abcdef' }),
    withValue({ type: 'string', value: '01234567-89bb-cdef-0123-456789abcdef' }),
  ],
  [
    'a number and the text that spells it',
    'trace.max(attribute.x) > 1',
    withValue({ type: 'string', value: '1.5' }),
    withValue({ type: 'double', value: 1.5 }),
  ],
  ['the name of the scope, of a rule over columns', 'trace.distinct(span.scope.name) > 1', { scope: 'test' }, { scope: 'test2' }],
  ['the service, of a script', 'local n = #trace.services return n > 1', { service: 's' }, { service: 't' }],
  [
    'an attribute of the resource, of a script',
    'for _, s in ipairs(trace.spans) do if s.resource["zone"] == "b" then return true end end return false',
    { resource: 'a' },
    { resource: 'b' },
  ],
];

const audit = (of: number): Form => ({
  span: {
    spanId: spanIdOf(20 + of),
    parentSpanId: spanIdOf(1),
    name: `audit${of}`,
    attributes: [{ key: 'y', value: { type: 'int', value: of } }],
  },
});

describe('two contents of a span with the same times', () => {
  it.each([
    [
      'of bits and counters',
      '(attribute.x == 5 and not trace.has(span.name == "audit5")) or (attribute.x == 6 and not trace.has(span.name == "audit6"))',
      [5],
    ],
    [
      'over columns',
      '(attribute.x == 5 and not span.children.has(attribute.y == 5)) or (attribute.x == 6 and not span.children.has(attribute.y == 6))',
      // The children of an id belong to one of its contents, the same in every order, and that one is audited.
      [5, 6],
    ],
  ])('have separate violations, so that neither hides the other, for a rule %s', (_kind, rule, audited) => {
    for (const values of [
      [5, 6],
      [6, 5],
    ]) {
      const engine = engineOf([[ruleOf('r', rule)]]);
      const standing = new Map<string, string>();
      const note = ({ id, status }: Verdict): Map<string, string> => standing.set(id, status);
      const forms = values.map((value) => withValue({ type: 'int', value }));
      for (const [offset, form] of [ROOT, ...forms].entries())
        engine.apply({ kind: 'spans', offset, timestamp: 0, value: recordOf(form) }, note);
      engine.apply({ kind: 'tick', offset: 3, timestamp: 25 }, note);
      expect([...standing.values()]).toEqual(['open', 'open']);
      for (const [place, value] of audited.entries())
        engine.apply({ kind: 'spans', offset: 4 + place, timestamp: 30, value: recordOf(audit(value)) }, note);
      expect([...standing.values()].sort()).toEqual(['open', 'retracted']);
    }
  });
});

describe('content with other values and the same times is another form of a span, in any order:', () => {
  it.each(
    FORMS.flatMap(
      ([what, rule, a, b]) =>
        [
          [what, 'last', rule, [a, b]],
          [what, 'first', rule, [b, a]],
        ] as const,
    ),
  )('%s, the one that matches %s', (_what, _when, rule, forms) => {
    const engine = engineOf([[ruleOf('r', rule)]]);
    const verdicts: Verdict[] = [];
    for (const [offset, form] of [ROOT, ...forms].entries()) {
      engine.apply({ kind: 'spans', offset, timestamp: 0, value: recordOf(form) }, (verdict) => verdicts.push(verdict));
    }
    engine.apply({ kind: 'tick', offset: 3, timestamp: 1_000 }, (verdict) => verdicts.push(verdict));
    expect(engine.accounting).toMatchObject({ evaluated: 2, conflicts: 1, duplicates: 0 });
    expect(verdicts.map(({ status }) => status)).toEqual(['open']);
  });
});
