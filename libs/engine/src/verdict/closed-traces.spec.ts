import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryLog, pausedLog, SMALL_SETTINGS, somePauses } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { someRetries, withRetries } from '../../../../test/fixtures/engine/retries.js';
import { logOf } from '../../../../test/fixtures/engine/test-span.js';
import { Accounting } from '../accounting.js';
import type { CommitPoint } from '../assembly/close/low-watermark.js';
import { PartitionEngine } from '../partition/partition.js';
import type { EngineRecord } from '../record.js';
import { RuleSet } from '../rules/rule-set.js';
import { ClosedTraces } from './closed-traces.js';

const HOUR = 3_600_000;

describe('ClosedTraces', () => {
  it('counts by hour, rule set and part, of the last three hours', () => {
    const closed = new ClosedTraces();
    const base = 500_000 * HOUR;
    for (const time of [0, 9_999, 10_000, 35_000]) closed.note(base + time, 2);
    closed.note(base + 3_599_999, 1);
    expect(closed.of(500_000)).toEqual([
      { epoch: 1, first: 359, counts: [1] },
      { epoch: 2, first: 0, counts: [2, 1, 0, 1] },
    ]);
    closed.note(base + HOUR, 2);
    expect([closed.of(500_000).length, closed.of(500_001)]).toEqual([2, [{ epoch: 2, first: 0, counts: [1] }]]);
    closed.note(base + 5 * HOUR, 2);
    closed.note(base + 4 * HOUR, 2);
    closed.note(base + 4 * HOUR, 2);
    expect([500_000, 500_001, 500_004, 500_005].map((hour) => closed.of(hour).length)).toEqual([0, 1, 1, 1]);
  });

  // The full life of an evaluator that is replaced.
  const rule = { id: 'a', name: 'a', version: 1, expression: 'trace.has(span.is_root)', severity: 'LOW' as const };
  const RULES = new Map([1, 2, 3].map((epoch) => [epoch, RuleSet.compile(epoch, [{ ...rule, version: epoch }])]));
  type Counts = Map<string, number>;

  /** The reports of an evaluator: the count of each part, by rule set and part. Hours are short, and all are checked. */
  class Told {
    readonly engine: PartitionEngine;
    private readonly accounting: Accounting;
    private readonly counts: Counts = new Map();

    constructor(part: number, commit?: CommitPoint) {
      const closedTraces = new ClosedTraces(part);
      const note = closedTraces.note.bind(closedTraces);
      closedTraces.note = (time, epoch) => {
        note(time, epoch);
        const key = `${epoch}/${Math.floor(time / part)}`;
        this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
      };
      this.accounting = Object.assign(new Accounting(), { closedTraces });
      this.engine = new PartitionEngine({
        partition: 0,
        settings: SMALL_SETTINGS,
        ruleSetOf: (epoch) => RULES.get(epoch)!,
        initialEpoch: commit?.epoch ?? 1,
        accounting: this.accounting,
        ...(commit === undefined ? {} : { judgeFrom: commit.offset, committedAt: commit.logTime, paused: commit.paused }),
      });
    }

    /** The higher count of each part is valid. */
    addTo(into: Counts): void {
      for (const [key, count] of this.counts) into.set(key, Math.max(into.get(key) ?? 0, count));
    }
  }

  /**
   * Evaluators commit and report after the records `looks`, and die at the last of each three, so that their last report may precede their
   * death.
   */
  function withSuccessors(log: readonly EngineRecord[], looks: readonly number[], part: number): Counts {
    const told: Counts = new Map();
    let commit: CommitPoint | undefined;
    for (let n = 0; n <= looks.length; n += 3) {
      const evaluator = new Told(part, commit);
      const start = commit === undefined ? 0 : log.findIndex(({ timestamp }) => timestamp >= commit!.start);
      const [tells = log.length, alsoTells = log.length, dies = log.length] = looks.slice(n, n + 3);
      log.slice(Math.max(0, start), dies).forEach((record, i) => {
        evaluator.engine.apply(record, () => undefined);
        const at = Math.max(0, start) + i + 1;
        if (at !== tells && at !== alsoTells && at !== log.length) return;
        evaluator.addTo(told);
        commit = evaluator.engine.commitPoint() ?? commit;
      });
    }
    return told;
  }

  it('loses none and counts none twice over any successors, when the higher count of a part counts', () => {
    let closed = 0;
    fc.assert(
      fc.property(
        arbitraryLog(SMALL_SETTINGS, 3, 80),
        someRetries(80),
        somePauses(80),
        fc.array(fc.nat(80), { minLength: 3, maxLength: 18, size: 'max' }),
        fc.integer({ min: 1, max: SMALL_SETTINGS.lateWindow }),
        (records, retries, pauses, looked, part) => {
          const log = logOf(pausedLog(withRetries(records, retries), pauses).paused);
          const looks = looked.map((at) => Math.min(at, log.length)).sort((a, b) => a - b);
          const undisturbed: Counts = new Map();
          const alone = new Told(part);
          for (const record of log) alone.engine.apply(record, () => undefined);
          alone.addTo(undisturbed);
          closed += undisturbed.size;
          expect(withSuccessors(log, looks, part)).toEqual(undisturbed);
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
    expect(closed).toBeGreaterThan(100);
  }, 60_000);
});
