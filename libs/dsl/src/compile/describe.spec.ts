import { describe, expect, it } from '@jest/globals';
import { check } from '../check.js';
import { describeRule } from './describe.js';

describe('a rule is described by what it needs and when it fires', () => {
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
    const checked = check(text);
    if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
    expect(describeRule(checked.rule)).toMatchObject({ subject, needs, fires, cost: { buffers } });
  });
});
