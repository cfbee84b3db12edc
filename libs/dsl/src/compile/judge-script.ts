import { LuaError } from '../lua-error.js';
import type { CheckedScript } from '../rule.js';
import type { ScriptLimits } from '../script/budget.js';
import { DEFAULT_LIMITS } from '../script/budget.js';
import { ScriptProgram } from '../script/sandbox.js';
import type { SpanView, TraceView } from '../span-view.js';
import type { JudgedTrace } from './compiled.js';

/** How scripts are bounded. */
export interface ScriptOptions {
  readonly limits?: ScriptLimits;
  /** A clock in milliseconds: with one, the time of each evaluation is bounded beside its steps. */
  readonly now?: () => number;
}

/** A rule that is a script. Its program is made when it is first asked: most processes that compile rules never run them. */
export class ScriptRule {
  private program: ScriptProgram | undefined;

  constructor(
    readonly checked: CheckedScript,
    private readonly options: ScriptOptions,
  ) {}

  /** @throws LuaError when the script fails or exceeds its budget */
  evaluate(trace: TraceView, subject?: SpanView): boolean {
    this.program ??= new ScriptProgram(this.checked.lua, this.options.limits ?? DEFAULT_LIMITS, this.options.now);
    return this.program.evaluate(subject === undefined ? { trace } : { trace, subject });
  }

  judge(trace: TraceView): JudgedTrace {
    const matches: number[] = [];
    const errors: { span: number; message: string }[] = [];
    const subjects: readonly (readonly [number, SpanView | undefined])[] =
      this.checked.subject === 'trace' ? [[-1, undefined]] : [...trace.spans.entries()];
    for (const [index, subject] of subjects) {
      try {
        if (this.evaluate(trace, subject)) matches.push(index);
      } catch (error) {
        if (!(error instanceof LuaError)) throw error;
        errors.push({ span: index, message: error.message });
      }
    }
    return { matches, errors };
  }
}
