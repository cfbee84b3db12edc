import type { Epoch } from '../epoch.js';
import { Failures } from './failures.js';
import type { SpanRules } from './span-rules.js';
import { TypeFailures } from './type-failures.js';

/** A span before the rules about one span alone, and the count of what failed on it. */
export class SpanJudgement {
  private readonly failures = new Failures();
  private readonly typeFailures = new TypeFailures();

  constructor(private readonly rules: SpanRules) {}

  /** Span `i` of the record at `offset`, which the epoch has evaluated. */
  judge(epoch: Epoch, offset: number, row: number, i: number): void {
    if (epoch.anyFailed) this.failures.count(epoch, i);
    if (epoch.anyUnusual) {
      this.typeFailures.count(epoch, i, offset);
      this.rules.judgeFailures(epoch, row, i);
    }
    this.rules.judge(epoch, row, i);
  }

  /** The spans of a record are judged: what failed is told to the rules' accounts. */
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
