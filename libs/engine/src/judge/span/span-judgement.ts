import type { Accounting } from '../../accounting.js';
import type { Row, SpanIndex } from '../../index-types.js';
import type { Epoch } from '../../rules/epoch.js';
import { Failures } from './failures.js';
import type { SpanRules } from './span-rules.js';
import { TypeFailures } from './type-failures.js';

/** Runs the rules about one span alone on a span, and counts its failures. */
export class SpanJudgement {
  private readonly failures: Failures;
  private readonly typeFailures = new TypeFailures();

  constructor(
    private readonly rules: SpanRules,
    accounting: Accounting,
  ) {
    this.failures = new Failures();
    accounting.gatherErrors(() => this.failures.enterAlike());
  }

  /** Judges span `i` of the record at `offset`, which the epoch has evaluated. @param home the epoch of its trace, if known */
  judge(epoch: Epoch, offset: number, row: Row, i: SpanIndex, home: Epoch | undefined): void {
    if (epoch.anyFailed) this.failures.count(epoch, i);
    if (epoch.anyUnusual) this.typeFailures.count(epoch, i, offset);
    this.ask(epoch, row, i, home);
  }

  /** Like `judge`, without counting failures. The home has evaluated the span too: its rules continue on the trace, in its versions. */
  ask(epoch: Epoch, row: Row, i: SpanIndex, home: Epoch | undefined): void {
    const isGuest = home !== undefined && home !== epoch;
    if (isGuest) this.askRulesOf(home, row, i);
    this.askRulesOf(epoch, row, i, isGuest ? home : undefined);
  }

  /** Span `i` came before, in a form that the trace's home does not distinguish. Evaluates the rules that the home lacks. */
  judgeCopy(epoch: Epoch, row: Row, i: SpanIndex, home: Epoch): void {
    this.askRulesOf(epoch, row, i, home);
  }

  private askRulesOf(epoch: Epoch, row: Row, i: SpanIndex, home?: Epoch): void {
    if (epoch.anyUnusual) this.rules.judgeFailures(epoch, row, i, home);
    this.rules.judge(epoch, row, i, home);
  }

  /** Ends the record: adds the failures to the rules' accounts. */
  settle(epoch: Epoch): void {
    if (!epoch.anyFailed) return;
    try {
      this.failures.settle(epoch);
    } catch (error) {
      this.failures.drop();
      throw error;
    }
  }
}
