import { describe, expect, it } from '@jest/globals';
import { applyAll, brief, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { A_SPAN } from '../../../../test/fixtures/engine/test-span.js';

const charge = { ...A_SPAN, span: 1, name: 'charge' };
const audit = { ...A_SPAN, span: 2, parent: 1, name: 'audit' };
const other = { ...A_SPAN, span: 3, parent: 1, name: 'other' };
const unaudited = ruleOf('unaudited', 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")');

describe('a late span', () => {
  it('retracts a violation that it refutes, as the next revision of the same violation', () => {
    const verdicts = applyAll(engineOf([[unaudited]]), [{ time: 0, spans: [charge] }, { time: 20 }, { time: 100, spans: [audit] }]);
    expect(verdicts.map(brief)).toEqual([
      'unaudited v1 open (revision 1) root_grace @ 20',
      'unaudited v1 retracted (revision 2) late_span @ 100',
    ]);
    expect(verdicts[1]!.id).toBe(verdicts[0]!.id);
    expect(verdicts[1]!.explanation.summary).toContain('audit');
  });

  it('raises a violation that it completes', () => {
    const verdicts = applyAll(engineOf([[unaudited]]), [{ time: 0, spans: [other] }, { time: 100 }, { time: 120, spans: [charge] }]);
    expect(verdicts.map(brief)).toEqual(['unaudited v1 open (revision 1) late_span @ 120']);
  });

  it('causes no revision when it changes nothing', () => {
    const charged = ruleOf('charged', 'trace.has(span.name == "charge") and trace.duration < 1s');
    const verdicts = applyAll(engineOf([[charged]]), [{ time: 0, spans: [charge] }, { time: 20 }, { time: 90, spans: [other] }]);
    expect(verdicts.map(brief)).toEqual(['charged v1 open (revision 1) root_grace @ 20']);
  });

  it('that does not refute the violation counts among the other spans', () => {
    const verdicts = applyAll(engineOf([[unaudited]]), [{ time: 0, spans: [charge] }, { time: 20 }, { time: 90, spans: [other] }]);
    expect(verdicts.map(({ status, before, explanation }) => [status, before, explanation.conditions[1]!.of])).toEqual([
      ['open', undefined, 1],
      ['open', 'open', 2],
    ]);
  });

  it('is judged with the others of its record: a charge with its audit raises nothing', () => {
    const verdicts = applyAll(engineOf([[unaudited]]), [{ time: 0, spans: [other] }, { time: 100 }, { time: 120, spans: [charge, audit] }]);
    expect(verdicts).toEqual([]);
  });

  it('opens a new trace, an incomplete fragment, once its trace is forgotten', () => {
    const rule = ruleOf('lonely', 'span.name == "other" and not trace.has(span.name == "audit")');
    const records = [{ time: 0, spans: [charge, audit] }, { time: 250, spans: [other] }, { time: 400 }];
    const verdicts = applyAll(engineOf([[rule]]), records);
    expect(verdicts.map(({ complete, firstOffset }) => ({ complete, firstOffset }))).toEqual([{ complete: false, firstOffset: 1 }]);
  });

  it('finds its trace while late spans come, until the trace is too old', () => {
    const rule = ruleOf('lonely', 'span.name == "other" and not trace.has(span.name == "audit")');
    const late = [200, 400, 449, 450].map((time, n) => ({ time, spans: [{ ...other, span: 10 + n }] }));
    const records = [{ time: 0, spans: [charge, audit] }, ...late, { time: 650 }];
    const verdicts = applyAll(engineOf([[rule]]), records);
    expect(verdicts.map(({ complete, firstOffset }) => ({ complete, firstOffset }))).toEqual([{ complete: false, firstOffset: 4 }]);
  });

  it('does not restore what a removed rule had found', () => {
    const records = [{ time: 0, spans: [charge] }, { time: 20 }, { time: 30, epoch: 2 }, { time: 40, spans: [audit] }];
    expect(applyAll(engineOf([[unaudited], []]), records).map(({ status }) => status)).toEqual(['open']);
  });
});
