import { describe, expect, it } from '@jest/globals';
import type { Span } from '#ui/api/types';
import { quoted } from '#ui/editor/quoted';
import { conditionOf, excluding, factsOf } from './span-facts';

const span = {
  span_id: 'a',
  name: 'say "hi"',
  service: 'shop',
  kind: 'server',
  status: 'ok',
  start_time: '1699000000000000000',
  end_time: '1699000000011700000',
  attributes: { 'a\\b': 'x\ny\u0000', n: 5, f: 1.5, yes: true, big: 2 ** 60, list: ['a'], none: null },
  resource: { 'service.name': 'shop', 'host.name': 'h1' },
  events: [],
} as unknown as Span;

describe('the facts of a span', () => {
  it('become conditions that express exactly them, or none', () => {
    expect(Object.fromEntries(factsOf(span).map(({ label, condition }) => [label, condition]))).toEqual({
      name: 'span.name == "say \\"hi\\""',
      service: 'span.service == "shop"',
      kind: 'span.kind == "server"',
      status: 'span.status == "ok"',
      'duration, at least': 'span.duration >= 11700us',
      'a\\b': 'span.attributes["a\\\\b"] == "x\\ny\\x00"',
      n: 'span.attributes["n"] == 5',
      f: 'span.attributes["f"] == 1.5',
      yes: 'span.attributes["yes"] == true',
      big: undefined,
      list: undefined,
      none: undefined,
      'host.name': 'span.resource["host.name"] == "h1"',
    });
  });

  it('become one condition in their order, from the chosen ones', () => {
    expect(conditionOf(factsOf(span), new Set(['span.attributes yes', 'name', 'span.attributes big']))).toBe(
      'span.name == "say \\"hi\\"" and span.attributes["yes"] == true',
    );
    expect(conditionOf(factsOf(span), new Set())).toBe('');
  });

  it('keep whole characters as they are', () => {
    expect(quoted('naïve 漢字 🙂\t')).toBe('"naïve 漢字 🙂\\t"');
  });
});

describe('a rule that excludes', () => {
  it('excludes spans, or traces that have one, and ends a trailing comment first', () => {
    expect(excluding('a or b', 'c', 'span')).toBe('(a or b) and not (c)');
    expect(excluding('a', 'c and d', 'trace')).toBe('(a) and not trace.has(c and d)');
    expect(excluding('a -- why', 'c', 'span')).toBe('(a -- why\n) and not (c)');
  });
});
