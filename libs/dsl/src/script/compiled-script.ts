import { emit } from '../emit/emit.js';
import type { Block } from '../text/syntax.js';
import type { SpanView, TraceView } from '../trace/span-view.js';
import type { CheckedScript } from '../tree/rule.js';
import { LuaError } from '../values/lua/lua-error.js';
import { ASKED_SPANS } from './run/asked-spans.js';
import { LIBRARY_OPERATIONS } from './run/library.js';
import { LuaTable } from './run/lua-table.js';
import { MEMBERS } from './run/members.js';
import { OPERATIONS } from './run/operations.js';
import { BAIL_OUT, ScriptRun } from './run/script-run.js';
import { NeedsSandbox, scopesOf } from './write/scopes.js';
import { ScriptWriter } from './write/script-writer.js';

/** Whether the script returns a true value. @throws LuaError, BAIL_OUT */
type Script = (run: ScriptRun, constants: Constants, subject: SpanView | undefined) => boolean;
type Constants = readonly (string | number | bigint)[];

/** Functions by their text, for the scripts of one rule set: a thousand scripts that differ only in constants share one. */
export type ScriptFunctions = Map<string, Script>;

/** The maximum of steps of a compiled script: then it cannot create more strings than the sandbox allows (16 MiB at 16 bytes a step). */
const MAX_STEPS = 2 ** 20;

const run = new ScriptRun();
/** Most judgements have no result: arrays are created with the first item. */
const NONE: number[] = [];

function withIndex(list: number[], index: number): number[] {
  if (list === NONE) return [index];
  list.push(index);
  return list;
}

/** V8 compares interned strings by address, and field names are interned. */
function interned(constant: string | number | bigint): string | number | bigint {
  return typeof constant === 'string' ? Object.keys({ [constant]: true })[0]! : constant;
}

const RUNTIME = {
  LuaTable,
  ...OPERATIONS,
  ...MEMBERS,
  ...LIBRARY_OPERATIONS,
  ...ASKED_SPANS,
  listOf: (values: readonly unknown[]): LuaTable => {
    const table = new LuaTable();
    for (let place = values.length; place > 0; place--) table.set(place, values[place - 1]);
    return table;
  },
  tableOf: (pairs: readonly (readonly [unknown, unknown])[]): LuaTable => {
    const table = new LuaTable();
    for (const [key, value] of pairs) table.set(key, value);
    return table;
  },
};

/**
 * A script as JavaScript, about a hundred times as fast as the sandbox. It returns only results that the sandbox would return too. Errors, a possibly
 * exceeded budget and unsupported constructs go to the sandbox, which runs the script from the start. Scripts have no side effects, so a second run
 * is safe.
 */
export class CompiledScript {
  private constructor(
    private readonly script: Script,
    private readonly constants: Constants,
  ) {}

  /** Undefined for a script that only the sandbox can run. */
  static of(block: Block, subject: 'span' | 'trace', functions: ScriptFunctions = new Map()): CompiledScript | undefined {
    try {
      const writer = new ScriptWriter(scopesOf(block), subject);
      const body = writer.script(block);
      const script = functions.get(body) ?? emit<Script>(RUNTIME, ['run', 'k', 'subject'], body);
      functions.set(body, script);
      return new CompiledScript(script, writer.constants.map(interned));
    } catch (error) {
      if (error instanceof NeedsSandbox) return undefined;
      throw error;
    }
  }

  /**
   * Judges a trace (-1), or some spans of it, with one budget for all.
   * @param steps the steps of the budget
   * @returns undefined if the sum may exceed it
   */
  judge(trace: TraceView, subjects: Iterable<number>, steps: number): CompiledResult | undefined {
    const judgement = { matches: NONE, left: NONE, taken: 0 };
    run.left = Math.min(steps, MAX_STEPS);
    for (const index of subjects) {
      const before = run.left;
      const holds = this.evaluate(trace, trace.spans[index]);
      if (run.left < 0) return undefined;
      if (holds === undefined) judgement.left = withIndex(judgement.left, index);
      else {
        judgement.taken += before - run.left;
        if (holds) judgement.matches = withIndex(judgement.matches, index);
      }
    }
    return judgement;
  }

  private evaluate(trace: TraceView, subject: SpanView | undefined): boolean | undefined {
    run.start(trace);
    try {
      return this.script(run, this.constants, subject);
    } catch (error) {
      if (error === BAIL_OUT || error instanceof LuaError) return undefined;
      throw error;
    } finally {
      run.end();
    }
  }
}

/** The construct that needs the sandbox, as a noun. Undefined for a compiled script. */
export function sandboxReason({ block, subject }: CheckedScript): string | undefined {
  try {
    new ScriptWriter(scopesOf(block), subject).script(block);
    return undefined;
  } catch (error) {
    if (error instanceof NeedsSandbox) return error.message;
    throw error;
  }
}

/** `left` holds the subjects without a result, for the sandbox; `taken` bounds the steps of the others. */
export interface CompiledResult {
  readonly matches: readonly number[];
  readonly left: readonly number[];
  readonly taken: number;
}
