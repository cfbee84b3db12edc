import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyAll, brief, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { arbitraryLog, SMALL_SETTINGS } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { MODEL_RULES, nextVersion } from '../../../../test/fixtures/engine/model-rules.js';
import { A_SPAN } from '../../../../test/fixtures/engine/test-span.js';
import type { Verdict } from '../verdict/verdict.js';
import type { EpochRules } from './epoch-rules.js';
import { RuleSet } from './rule-set.js';

const slow = ruleOf('slow', 'span.duration > 5');
const pair = ruleOf('pair', 'trace.has(span.name == "a") and trace.has(span.name == "b")');
const alone = ruleOf('alone', 'trace.has(span.name == "a") and not trace.has(span.name == "b")');
const a = { ...A_SPAN, span: 1, parent: 9 };
const b = { ...A_SPAN, span: 2, parent: 9, name: 'b' };
const ids = (verdicts: readonly { readonly ruleId: string }[]): string[] => verdicts.map(({ ruleId }) => ruleId);

describe('an epoch marker', () => {
  it('lets a new span rule judge the spans after it, in open traces too', () => {
    const verdicts = applyAll(engineOf([[], [slow]]), [
      { time: 0, spans: [a] },
      { time: 1, epoch: 2 },
      { time: 2, spans: [b] },
    ]);
    expect(verdicts.map(({ spanId }) => spanId)).toEqual(['0000000000000002']);
  });

  it('lets a new rule over traces judge only the traces that open after it', () => {
    const records = [
      { time: 0, spans: [a] },
      { time: 1, epoch: 2 },
      { time: 2, spans: [b, { ...a, trace: 2 }, { ...b, trace: 2 }] },
    ];
    expect(applyAll(engineOf([[], [pair]]), records).map(({ traceId }) => traceId.at(-1))).toEqual(['2']);
  });

  it("lets an unchanged rule continue in an open trace, with the trace's earlier spans", () => {
    const records = [
      { time: 0, spans: [a] },
      { time: 1, epoch: 2 },
      { time: 2, spans: [b] },
    ];
    expect(applyAll(engineOf([[pair], [pair, slow]]), records).map(brief)).toEqual([
      'slow v1 open (revision 1) certain @ 2',
      'pair v1 open (revision 1) certain @ 2',
    ]);
  });

  it('ends a removed rule: a pending verdict is not published', () => {
    const records = [{ time: 0, spans: [a] }, { time: 1, epoch: 2 }, { time: 500 }];
    expect(applyAll(engineOf([[alone], []]), records)).toEqual([]);
  });

  it('of a changed rule leaves no trace unjudged: the former version continues in open traces', () => {
    const changed = { ...alone, version: 2, expression: 'trace.has(span.name == "never")' };
    const records = [{ time: 0, spans: [a] }, { time: 1, epoch: 2 }, { time: 2, spans: [{ ...a, trace: 2 }] }, { time: 500 }];
    const verdicts = applyAll(engineOf([[alone], [{ ...alone, version: 2, severity: 'LOW' }]]), records);
    expect(verdicts.map(({ ruleVersion, traceId }) => [ruleVersion, traceId.at(-1)])).toEqual([
      [1, '1'],
      [2, '2'],
    ]);
    expect(applyAll(engineOf([[alone], [changed]]), records).map(({ ruleVersion }) => ruleVersion)).toEqual([1]);
  });

  it('of a changed rule lets late spans retract open violations', () => {
    const records = [{ time: 0, spans: [a] }, { time: 100 }, { time: 101, epoch: 2 }, { time: 102, spans: [b] }];
    expect(applyAll(engineOf([[alone], [{ ...alone, version: 2 }]]), records).map(brief)).toEqual([
      expect.stringMatching(/^alone v1 open \(revision 1\)/),
      expect.stringMatching(/^alone v1 retracted \(revision 2\)/),
    ]);
  });

  it('of a rule whose new version has errors does not end the former one', () => {
    const broken = { ...alone, version: 2, expression: 'trace.has(' };
    const records = [{ time: 0, spans: [a] }, { time: 1, epoch: 2 }, { time: 500 }];
    expect(ids(applyAll(engineOf([[alone], [broken]]), records))).toEqual(['alone']);
  });

  it('that only changes rules changes no verdict, at any offset: one version judges each trace', () => {
    const rules = MODEL_RULES.filter(({ definition }) => definition.id !== 'script');
    const epochs = [rules, rules.map(nextVersion), rules.map(nextVersion).map(nextVersion)].map((set) =>
      set.map(({ definition }) => definition),
    );
    fc.assert(
      fc.property(arbitraryLog(SMALL_SETTINGS, 1, 60), fc.array(fc.nat(60), { maxLength: 2 }), (log, places) => {
        const edited = log.flatMap((record, n) => [
          ...places.sort((x, y) => x - y).flatMap((place, k) => (place === n ? [{ time: record.time, epoch: k + 2 }] : [])),
          record,
        ]);
        const unedited = applyAll(engineOf(epochs.slice(0, 1), { settings: SMALL_SETTINGS }), log);
        const found = applyAll(engineOf(epochs, { settings: SMALL_SETTINGS }), edited);
        const content = ({ id, revision, status, ruleId, spanId, closeReason }: Verdict) => ({
          id,
          revision,
          status,
          ruleId,
          spanId,
          closeReason,
        });
        expect(found.map(content)).toEqual(unedited.map(content));
      }),
      { numRuns: 100 },
    );
  });

  it('does not revive a removed and restored rule in traces that opened before', () => {
    const records = [{ time: 0, spans: [a] }, { time: 1, epoch: 2 }, { time: 2, epoch: 3 }, { time: 500 }];
    expect(applyAll(engineOf([[alone], [], [alone]]), records)).toEqual([]);
  });

  it('takes effect after the deadlines up to its time: earlier rules judge the traces that close then', () => {
    const records = [
      { time: 0, spans: [a] },
      { time: 100, epoch: 2 },
    ];
    expect(ids(applyAll(engineOf([[alone], []]), records))).toEqual(['alone']);
  });

  it('has no effect when it is read again, or after a later one', () => {
    const engine = engineOf([[], [slow], []]);
    const records = [
      { time: 0, epoch: 3 },
      { time: 1, epoch: 2 },
      { time: 2, epoch: 3 },
      { time: 3, spans: [a] },
    ];
    expect(applyAll(engine, records)).toEqual([]);
    expect(engine.epoch).toBe(3);
  });

  it('costs nothing until a span follows: of a thousand in a row the last is compiled', () => {
    const compiled: number[] = [];
    const rulesOf = (epoch: number): EpochRules => {
      const rules = RuleSet.compile(epoch, epoch % 2 === 0 ? [slow] : [slow, alone]);
      const ruleSet = (): RuleSet => {
        if (!compiled.includes(epoch)) compiled.push(epoch);
        return rules;
      };
      return { epoch, has: (id) => rules.has(id), ruleSet };
    };
    const engine = engineOf([], { ruleSetOf: rulesOf });
    const markers = (from: number, to: number, time: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => ({ time, epoch: from + i }));
    const records = [
      ...markers(2, 500, 0),
      { time: 0, spans: [{ ...a, trace: 7 }] },
      ...markers(501, 1000, 1),
      { time: 2 },
      { time: 3, spans: [{ ...a, trace: 8 }] },
      { time: 500 },
    ];
    const found = applyAll(engine, records).map(({ ruleId, traceId }) => `${ruleId} ${traceId.at(-1)}`);
    expect(compiled).toEqual([500, 1000]);
    expect(engine.epoch).toBe(1000);
    expect(found).toEqual(['slow 7', 'slow 8']);
  });

  it('ends a rule that was absent for one of many markers, even without a span under it', () => {
    const records = [{ time: 0, spans: [a] }, ...[2, 3, 4].map((epoch) => ({ time: 1, epoch })), { time: 500 }];
    expect(applyAll(engineOf([[alone], [alone], [slow], [alone, slow]]), records)).toEqual([]);
    expect(ids(applyAll(engineOf([[alone], [alone], [alone, slow], [alone]]), records))).toEqual(['alone']);
  });
});
