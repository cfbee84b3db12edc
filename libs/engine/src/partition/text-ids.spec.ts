import { describe, expect, it } from '@jest/globals';
import { encodeRequest, spansFromJson } from '#otlp';
import { ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { RuleSet } from '../rules/rule-set.js';
import { judgeTrace } from './judge-trace.js';

const HEX = { trace: '0af7651916cd43dd8448eb211c80319c', root: 'b7ad6b7169203331', h: '00f067aa0ba902b7', t: '00f067aa0ba902b8' };
const TEXT = { trace: 'order-7', root: 'root', h: 'h', t: 'transfer' };

/** By other clocks `h` ends after `t`, which links to it. */
const spansOf = (ids: typeof HEX): readonly object[] => {
  const span = { trace_id: ids.trace, service: 'bank' };
  return [
    { ...span, span_id: ids.root, name: 'root', start_time: 0, end_time: 30_000_000 },
    { ...span, span_id: ids.h, parent_id: ids.root, name: 'h', service: 'desk', start_time: 10_000_000, end_time: 20_000_000 },
    {
      ...span,
      span_id: ids.t,
      parent_id: ids.root,
      name: 't',
      start_time: 3_000_000,
      end_time: 4_000_000,
      links: [{ trace_id: ids.trace, span_id: ids.h, attributes: { why: 'approved' } }],
    },
  ];
};

function matches(expression: string, spans: readonly object[]): boolean {
  const rules = RuleSet.compile(1, [ruleOf('r', expression)]);
  expect(rules.problems).toEqual([]);
  return judgeTrace(rules, [encodeRequest(spansFromJson(JSON.stringify({ spans })))])[0]!.matches;
}

describe.each([
  ['hex ids', HEX],
  ['text ids', TEXT],
])('%s', (_sentence, ids) => {
  it.each([
    ['order', 'trace.before(span.name == "h", span.name == "t")', true],
    ['precedence', 'not trace.preceded(span.name == "t", span.name == "h")', false],
    ['parents', 'trace.has(span.name == "t" and span.parent.name == "root")', true],
    [
      'a script',
      'for _, s in ipairs(trace.spans) do for _, l in ipairs(s.links) do if l.span_id == target then return true end end end',
      true,
    ],
    [
      'attributes of links',
      'span.name == "t" and span.links[1].attributes["betrace.id.span"] == nil and span.links[1].attributes["why"] == "approved"',
      true,
    ],
  ])('resolve in %s', (_kind, expression, wanted) => {
    expect(matches(expression.replace('target', JSON.stringify(ids.h)), spansOf(ids))).toBe(wanted);
  });
});

it.each([
  ['without a trace id', {}],
  ['with none', { trace_id: null }],
  ['with an empty one', { trace_id: '' }],
])('a link %s refers to its own trace', (_kind, trace) => {
  for (const ids of [HEX, TEXT]) {
    const [root, h, t] = spansOf(ids);
    const linked = { ...t, links: [{ ...trace, span_id: ids.h }] };
    expect(matches('trace.before(span.name == "h", span.name == "t")', [root!, h!, linked])).toBe(true);
    const shown = `for _, s in ipairs(trace.spans) do for _, l in ipairs(s.links) do if l.trace_id == "${ids.trace}" then return true end end end`;
    expect(matches(shown, [root!, h!, linked])).toBe(true);
    expect(
      matches('trace.before(span.name == "h", span.name == "t")', [root!, h!, { ...linked, links: [{ ...trace, span_id: 'x' }] }]),
    ).toBe(false);
  }
});

it('a link by text finds a span whose sender hashed the text itself, and vice versa', () => {
  const before = 'trace.before(span.name == "h", span.name == "t")';
  const wire = spansFromJson(JSON.stringify({ spans: spansOf(TEXT) })).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  );
  const hashed = {
    trace: wire[0]!.traceId,
    root: wire[0]!.spanId,
    h: wire.find(({ name }) => name === 'h')!.spanId,
    t: wire.find(({ name }) => name === 't')!.spanId,
  };
  const [root, h, t] = spansOf(TEXT);
  const [hexRoot, hexH, hexT] = spansOf(hashed);
  expect([matches(before, [hexRoot!, hexH!, t!]), matches(before, [root!, h!, hexT!])]).toEqual([true, true]);
});
