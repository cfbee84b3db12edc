import { describe, expect, it } from '@jest/globals';
import { check } from '../check/check.js';
import { describeRule, type RuleDescription } from './describe-rule.js';

describe('the summary of a rule', () => {
  it.each([
    ['a span alone', 'span.duration > 1s', 'span', 'span', 'on_arrival', 'nothing'],
    ['a span and the id of its trace', 'span.name == trace.id', 'span', 'span', 'on_arrival', 'nothing'],
    ['something that must not be', 'trace.has(span.name == "a")', 'trace', 'online', 'when_certain', 'nothing'],
    ['something that is missing', 'not trace.has(span.name == "a")', 'trace', 'online', 'at_close', 'nothing'],
    [
      'something and something missing',
      'trace.has(span.name == "a") and not trace.has(span.name == "b")',
      'trace',
      'online',
      'at_close',
      'nothing',
    ],
    ['too many', 'trace.count(span.name == "a") > 3', 'trace', 'online', 'when_certain', 'nothing'],
    ['too few', '3 > trace.count(span.name == "a")', 'trace', 'online', 'at_close', 'nothing'],
    ['a span and its trace', 'span.kind == "server" and trace.has(span.name == "a")', 'span', 'online', 'when_certain', 'nothing'],
    ['a span and what is missing', 'span.kind == "server" and not trace.has(span.name == "a")', 'span', 'online', 'at_close', 'nothing'],
    ['the root', 'trace.root.name == "a" and trace.has(span.name == "b")', 'trace', 'columns', 'at_close', 'columns'],
    ['a value beside a total', 'span.duration > trace.duration / 2', 'span', 'columns', 'at_close', 'columns'],
    ['events', '#span.events > 3', 'span', 'spans', 'at_close', 'spans'],
    ['statements', 'local n = #trace.spans return n > 3', 'trace', 'spans', 'at_close', 'spans'],
  ] as const)('%s', (_sentence, text, subject, needs, fires, buffers) => {
    expect(descriptionOf(text)).toMatchObject({ subject, needs, fires, cost: { buffers } });
  });
});

describe('the described cost of a rule', () => {
  it.each([
    ['the span alone', 'span.name == "a"', 'trace.has(span.name == "a") and span.name matches "^b+$"'],
    [
      'conditions of the span, beside what is kept',
      'trace.count(span.name == "a") > 3',
      'trace.max_count(attribute.id, span.name == "a") > 3',
    ],
    [
      'few spans kept, beside all of them',
      'trace.max_count(attribute.id, span.name == "a") > 3',
      'trace.depth > 3 and trace.max_count(attribute.id, span.name == "a") > 3',
    ],
    [
      'judged where it can match, beside always',
      'trace.before(span.name == "a", span.name == "b")',
      'not trace.before(span.name == "a", span.name == "b")',
    ],
    ['columns, beside whole spans', 'not trace.before(span.name == "a", span.name == "b")', 'trace.has(#span.events > 3)'],
    [
      'a script that is compiled, beside one that is not',
      'local w = span.name return w == "a"',
      'local w = span.name return w:rep(2) == "a" and string.rep(w, 2) == w',
    ],
    ['a short script, beside a long one', 'local n = 1 return n > 2', 'local n = 1 local m = 2 return n > m'],
    [
      'a script behind a guard, beside one that is always run',
      'if not trace.has(span.name == "a") then return end return trace.spans[1].name == "b"',
      'return trace.spans[1].name == "b" and next({}) == nil',
    ],
  ])('is less for %s', (_sentence, less, more) => {
    expect(nanosecondsOf(less)).toBeLessThan(nanosecondsOf(more));
  });

  it('says why a script is run by the sandbox', () => {
    expect(descriptionOf('local n = 1 return #trace.spans > n').summary).not.toContain('sandbox');
    const { summary } = descriptionOf('local w = string.format("%d", 1) return trace.id == w');
    expect(summary).toContain('is run by the sandbox, a hundred times as slowly, because of string.format;');
  });

  it('says that a script runs only if its guards hold', () => {
    const guarded = (condition: string): string => descriptionOf(`if not ${condition} then return end return #trace.spans > 3`).summary;
    expect(guarded('trace.has(span.name == "a")')).toContain('runs only where its guards may hold');
    expect(guarded('trace.all(span.name == "a")')).not.toContain('guards');
  });

  it('says which spans are buffered', () => {
    expect(descriptionOf('trace.max_count(attribute.id, span.name == "a") > 3').summary).toContain('of the spans that it asks for');
    expect(descriptionOf('trace.before(span.name == "a", span.name == "b")').summary).toContain('of every span');
  });
});

function nanosecondsOf(text: string): number {
  return descriptionOf(text).cost.nanoseconds_per_span;
}

function descriptionOf(text: string): RuleDescription {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return describeRule(checked.rule, 100);
}
