import type { RuleDefinition, VerdictStatus } from '#records';
import type { Row } from '../index-types.js';

/** Approximate heap bytes of one id and of one trace. */
const ID_BYTES = 240;
const TRACE_BYTES = 170;

/** The last verdict published under the id of a violation. */
export interface EmittedVerdict {
  readonly revision: number;
  readonly status: VerdictStatus;
  /** The version that emitted it. */
  readonly rule: RuleDefinition;
}

/**
 * The verdicts emitted for remembered traces, by violation id. A rule that was added, or added again, while a trace was open may find what its former version
 * reported. Then the verdict is a further revision, and a copy of a span is not reported again (docs/decisions/0024).
 */
export class EmittedVerdicts {
  private readonly byTrace = new Map<number, Map<string, EmittedVerdict>>();
  private ids = 0;

  note(row: Row, id: string, { revision, status, rule }: EmittedVerdict): void {
    let ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) this.byTrace.set(row, (ofTrace = new Map()));
    if (!ofTrace.has(id)) this.ids++;
    ofTrace.set(id, { revision, status, rule });
  }

  of(row: Row, id: string): EmittedVerdict | undefined {
    return this.byTrace.get(row)?.get(id);
  }

  /** Whether the trace has a verdict of a rule with this id that is not retracted. */
  stands(row: Row, ruleId: string): boolean {
    for (const { rule, status } of this.byTrace.get(row)?.values() ?? []) if (rule.id === ruleId && status !== 'retracted') return true;
    return false;
  }

  /** The trace is forgotten. */
  forget(row: Row): void {
    this.ids -= this.byTrace.get(row)?.size ?? 0;
    this.byTrace.delete(row);
  }

  /** Approximate bytes in use. */
  get bytes(): number {
    return this.ids * ID_BYTES + this.byTrace.size * TRACE_BYTES;
  }
}

/** Whether this version emitted it: a rule that is created again under an id has another version. */
export function isOf({ rule }: EmittedVerdict, { version, expression }: RuleDefinition): boolean {
  return rule.version === version && rule.expression === expression;
}
