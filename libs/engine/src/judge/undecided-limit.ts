import type { RuleDefinition } from '#records';
import type { Assembly } from '../assembly/assembly.js';
import type { Row } from '../index-types.js';
import type { AssemblySettings } from '../settings.js';
import type { Undecided, UndecidedCode } from '../verdict/undecided.js';
import type { Verdict } from '../verdict/verdict.js';
import { violationId } from '../verdict/violation-id.js';
import type { Verdicts } from './verdicts.js';

/**
 * Limits the undecided verdicts with a record of their own. The limit holds per version of a rule, partition and cell of trace time in which the traces opened (decision
 * 0019).
 */
const MAX_EMITTED = 10;
/** Milliseconds. */
const CELL_MS = 60_000;

/** The counts of one rule. */
interface Count {
  emitted: number;
  beyond: number;
  readonly reasons: Map<UndecidedCode, number>;
  /** The last emitted record that holds the count. */
  summary: Verdict | undefined;
}

/** The rules that were undecided about traces of one cell. */
interface Cell {
  readonly rules: Map<string, Count>;
  /** The opening of the oldest of these traces. No commit passes it, so that a successor counts either all of them again, or none. */
  held: number;
}

/**
 * Bounds the number of emitted undecided verdicts, so that a broken rule does not flood readers. Those beyond the limit are counted in one record per version
 * of a rule and cell. The record is emitted at once, and again with the final count when no trace of the cell can be judged any more.
 */
export class UndecidedLimit {
  private readonly cells = new Map<number, Cell>();

  constructor(
    private readonly settings: AssemblySettings,
    private readonly assembly: Assembly,
    private readonly verdicts: Verdicts,
  ) {}

  /** Whether one more undecided verdict is emitted. If not, it is counted. @param emitted makes the verdict */
  admits(rule: RuleDefinition, row: Row, undecided: Undecided, emitted: () => Verdict): boolean {
    const opening = this.assembly.traces.opening(row);
    const number = Math.floor(this.assembly.watermark.timeOf(opening) / CELL_MS);
    const count = this.countOf(this.cellOf(number, opening), rule);
    if (count.emitted < MAX_EMITTED) {
      count.emitted++;
      return true;
    }
    this.verdicts.noteCounted(rule, row);
    count.beyond++;
    count.reasons.set(undecided.code, (count.reasons.get(undecided.code) ?? 0) + 1);
    if (count.summary === undefined) {
      count.summary = summaryOf(emitted(), number, count);
      this.verdicts.sink(count.summary);
    }
    return false;
  }

  /** Ends the cells without remembered traces. */
  passTo(time: number): void {
    for (const [number, { rules, held }] of this.cells) {
      if (this.endOf(number) > time) continue;
      for (const count of rules.values()) this.emitLast(number, count);
      this.assembly.watermark.release(held);
      this.cells.delete(number);
    }
  }

  /** When a cell ends, in log time; undefined without cells. */
  get nextDeadline(): number | undefined {
    const { now, logTime } = this.assembly;
    return this.cells.size === 0 ? undefined : this.endOf(Math.min(...this.cells.keys())) + (logTime - now);
  }

  private endOf(number: number): number {
    return (number + 1) * CELL_MS + this.settings.maxAge + this.settings.lateWindow;
  }

  private cellOf(number: number, opening: number): Cell {
    const { watermark } = this.assembly;
    let cell = this.cells.get(number);
    if (cell === undefined) {
      watermark.retain(opening);
      this.cells.set(number, (cell = { rules: new Map(), held: opening }));
    } else if (watermark.offsetOf(opening) < watermark.offsetOf(cell.held)) {
      watermark.retain(opening);
      watermark.release(cell.held);
      cell.held = opening;
    }
    return cell;
  }

  /** Each version has its own counts: another may be in shadow, or another rule under the same id. */
  private countOf({ rules }: Cell, { id, version }: RuleDefinition): Count {
    const key = `${version} ${id}`;
    let count = rules.get(key);
    if (count === undefined) rules.set(key, (count = { emitted: 0, beyond: 0, reasons: new Map(), summary: undefined }));
    return count;
  }

  private emitLast(number: number, count: Count): void {
    const { summary } = count;
    if (summary === undefined) return;
    const last = summaryOf(summary, number, count, true);
    this.verdicts.sink({ ...last, revision: 2, before: 'undecided', timestamp: this.assembly.logTime });
  }
}

/**
 * The record that holds the count, made of the first verdict that was not emitted: that trace is its example. The number is preliminary until the cell ends.
 */
function summaryOf(verdict: Verdict, number: number, { beyond, reasons }: Count, isLast = false): Verdict {
  const { before: _, ...example } = verdict;
  const why = [...reasons].map(([code, times]) => `${code}: ${times}`).join(', ');
  const many = `${beyond} more undecided verdict${beyond === 1 ? '' : 's'} of this rule on traces that opened in the same minute (${why})`;
  const reason = isLast
    ? `${many}; this trace is the first`
    : `at least ${many}; this trace is the first, and the final number follows when all of them are judged`;
  return {
    ...example,
    id: violationId(verdict.ruleId, `undecided ${verdict.partition} ${number} ${verdict.ruleVersion}`),
    revision: 1,
    status: 'undecided',
    undecided: { code: 'too_many', reason },
    message: `${verdict.ruleName} could not be judged: ${reason}`,
    explanation: { summary: reason, conditions: [] },
    metadata: { undecided: beyond, final: isLast },
  };
}
