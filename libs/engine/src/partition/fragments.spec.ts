import { describe, expect, it } from '@jest/globals';
import { applyAll, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { SMALL_SETTINGS } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { A_SPAN } from '../../../../test/fixtures/engine/test-span.js';

const root = { ...A_SPAN, span: 1, name: 'root' };
const read = { ...A_SPAN, span: 2, parent: 1, name: 'read' };
const rules = [
  ruleOf('online', 'trace.has(span.name == "read") and not trace.has(span.name == "audit")'),
  ruleOf('mixed', 'span.name == "read" and not trace.has(span.name == "audit")'),
  ruleOf('columns', 'trace.has(r where r.name == "read" and not trace.has(span.name == "audit" and span.attributes.n == r.attributes.n))'),
];
const marks = (records: Parameters<typeof applyAll>[1]): (true | undefined)[][] =>
  rules.map(({ id }) =>
    applyAll(engineOf([rules], { settings: SMALL_SETTINGS }), records)
      .filter(({ ruleId }) => ruleId === id)
      .map(({ fragment }) => fragment),
  );

describe('a violation', () => {
  it('is marked when its trace closed without its root, until the root arrives', () => {
    const records = [{ time: 1_000, spans: [read] }, { time: 1_200 }, { time: 1_210, spans: [root] }];
    expect(marks(records)).toEqual([
      [true, undefined],
      [true, undefined],
      [true, undefined],
    ]);
  });

  it('is not marked in a trace whose root arrived', () => {
    expect(marks([{ time: 1_000, spans: [read, root] }, { time: 1_200 }])).toEqual([[undefined], [undefined], [undefined]]);
  });

  it('says that it was judged on a part of a trace that continues for too long, also if that part has a root', () => {
    // A span every 100 ms, until the trace exceeds its head of 450 ms: later spans form a fragment.
    const going = Array.from({ length: 7 }, (_, n) => ({
      time: 1_000 + 100 * n,
      spans: [{ ...A_SPAN, span: 10 + n, parent: 1, name: 'tick' }],
    }));
    const records = [...going, { time: 1_650, spans: [read, { ...root, span: 3 }] }, { time: 3_000 }];
    expect(marks(records)).toEqual([[true], [true], [true]]);
  });

  it('is not marked where the rule reads one span alone', () => {
    const verdicts = applyAll(engineOf([[ruleOf('alone', 'span.name == "read"')]]), [
      { time: 0, spans: [root] },
      { time: 200 },
      { time: 210, spans: [read] },
    ]);
    expect(verdicts.map(({ fragment }) => fragment)).toEqual([undefined]);
  });
});
