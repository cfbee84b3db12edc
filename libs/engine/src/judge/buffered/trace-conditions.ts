import type { HeldConditions } from '#dsl';
import type { SpanIndex } from '../../index-types.js';
import type { BufferPlan } from '../../rules/buffer-plan.js';
import { lowestCondition } from '../../rules/condition-mask.js';
import type { Epoch } from '../../rules/epoch.js';

const NONE: readonly number[] = [];

/** Heap bytes of the first condition, of each condition with its first span, and of each further span. Measured with Node 24. */
const FIRST_BYTES = 250;
const CONDITION_BYTES = 120;
const POSITION_BYTES = 8;

/** The spans of one trace on which conditions of rules judged at close held or failed at arrival. Few do. */
export class TraceConditions implements HeldConditions {
  /** Approximate bytes in use. */
  bytes = 0;
  /** Positions by condition; positions of failures by the condition's complement. Absent while there are none. */
  private positions: Map<number, number[]> | undefined;
  /** Positions of spans on which the answer is unknown. */
  private doubtful: { readonly inDoubt: Map<number, number[]>; readonly mistyped: Map<number, number[]> } | undefined;

  holds(condition: number): readonly number[] {
    return this.positions?.get(condition) ?? NONE;
  }

  fails(condition: number): readonly number[] {
    return this.positions?.get(~condition) ?? NONE;
  }

  inDoubt(condition: number): readonly number[] {
    return this.doubtful?.inDoubt.get(condition) ?? NONE;
  }

  mistyped(condition: number): readonly number[] {
    return this.doubtful?.mistyped.get(condition) ?? NONE;
  }

  /** Some span satisfied the condition, or failed on it in a way that matters. */
  has(condition: number): boolean {
    return this.positions !== undefined && (this.positions.has(condition) || this.positions.has(~condition));
  }

  /** All conditions with noted spans. */
  *conditions(): Iterable<number> {
    for (const condition of this.positions?.keys() ?? []) yield condition < 0 ? ~condition : condition;
  }

  /** Notes the conditions that span `i` of the epoch's record, at a position of its trace, satisfies. */
  note(epoch: Epoch, i: SpanIndex, plan: BufferPlan, position: number): void {
    const { words } = epoch.rules.compiled;
    for (let word = 0; word < words; word++) {
      this.noteWord(epoch.matched[i * words + word]! & plan.mask[word]!, word, false, position);
      this.noteWord(epoch.failed[i * words + word]! & plan.candidateMask[word]!, word, true, position);
    }
    if (epoch.inDoubt.size + epoch.mistyped.size > 0) this.noteUnknown(epoch, i, plan, position);
  }

  private noteUnknown(epoch: Epoch, i: SpanIndex, plan: BufferPlan, position: number): void {
    for (const kind of ['inDoubt', 'mistyped'] as const) {
      for (const condition of epoch[kind].get(i) ?? NONE) {
        const word = condition >> 5;
        const bit = 1 << (condition & 31);
        if ((plan.mask[word]! & bit) === 0) continue;
        this.doubtful ??= { inDoubt: new Map(), mistyped: new Map() };
        const existing = this.doubtful[kind].get(condition);
        if (existing === undefined) this.doubtful[kind].set(condition, [position]);
        else existing.push(position);
        this.bytes += existing === undefined ? CONDITION_BYTES : POSITION_BYTES;
        if ((plan.candidateMask[word]! & bit) === 0) this.noteWord(bit, word, true, position);
      }
    }
  }

  private noteWord(some: number, word: number, failed: boolean, position: number): void {
    for (let bits = some; bits !== 0; bits &= bits - 1) {
      const condition = lowestCondition(word, bits);
      const key = failed ? ~condition : condition;
      if (this.positions === undefined) {
        this.positions = new Map();
        this.bytes += FIRST_BYTES;
      }
      const positions = this.positions.get(key);
      if (positions === undefined) this.positions.set(key, [position]);
      else positions.push(position);
      this.bytes += positions === undefined ? CONDITION_BYTES : POSITION_BYTES;
    }
  }
}

/** Whether any condition holds or fails on span `i`. */
export function concerns(epoch: Epoch, i: SpanIndex, plan: BufferPlan): boolean {
  const { words } = epoch.rules.compiled;
  if (epoch.inDoubt.size + epoch.mistyped.size > 0 && (epoch.inDoubt.has(i) || epoch.mistyped.has(i))) return true;
  for (let word = 0; word < words; word++) {
    const at = i * words + word;
    if ((epoch.matched[at]! & plan.mask[word]!) !== 0 || (epoch.failed[at]! & plan.candidateMask[word]!) !== 0) return true;
  }
  return false;
}
