import { LuaError } from './lua-error.js';

/** The limits of one evaluation of a script. */
export interface ScriptLimits {
  /** Instructions of Lua, and the work of library functions in units of about the same time (decision 0013). */
  readonly steps: number;
  /** Bytes of all strings made. */
  readonly bytes: number;
  /** Slots of the Lua stack: bounds the depth of recursion. */
  readonly stackSlots: number;
}

/** Steps per millisecond of `rules.evaluation_timeout`: a clock would judge the same log differently the next time. */
export const STEPS_PER_MILLISECOND = 10_000;

/** The limits of an evaluation of this many milliseconds. */
export function limitsOf(milliseconds: number): ScriptLimits {
  return { steps: milliseconds * STEPS_PER_MILLISECOND, bytes: 16 * 1024 * 1024, stackSlots: 20_000 };
}

/** Milliseconds. */
export const DEFAULT_TIMEOUT = 100;

/** The number of instructions between two checks of the budget. */
export const HOOK_INTERVAL = 1_000;

/** The base cost of a library call, in instructions. */
export const CALL_STEPS = 8;

/** Bytes that are copied, compared or read in a step. */
const BYTES_PER_STEP = 16;

/** The remaining limits of one evaluation. An exceeded budget stays exceeded: `pcall` cannot hide it. */
export class Budget {
  #steps = 0;
  #bytes = 0;
  exceeded = false;
  /** A new object for each evaluation. */
  evaluation: object = {};

  constructor(private readonly limits: ScriptLimits) {}

  /** @param taken steps used already; all of them may have gone into strings */
  start(taken = 0): void {
    this.#steps = this.limits.steps - taken;
    this.#bytes = this.limits.bytes - BYTES_PER_STEP * taken;
    this.exceeded = false;
    this.evaluation = {};
  }

  /** Steps of the current evaluation; its instructions count in whole intervals. */
  get taken(): number {
    return this.limits.steps - this.#steps;
  }

  /** Counts work of library functions. @throws LuaError beyond the limit */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps >= 0) return;
    const { steps: limit } = this.limits;
    this.#exceed(`the script took more than ${limit} steps (${limit / STEPS_PER_MILLISECOND} ms)`);
  }

  /** Counts a call. @throws LuaError */
  call(): void {
    this.spend(CALL_STEPS);
  }

  /** Counts bytes that are read. @throws LuaError */
  scan(bytes: number): void {
    if (bytes >= BYTES_PER_STEP) this.spend(bytes / BYTES_PER_STEP);
  }

  /** Counts the bytes of a string before it is made. @throws LuaError */
  allocate(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes < 0 || Number.isNaN(bytes)) this.#exceed(`the script made more than ${this.limits.bytes} bytes of strings`);
    this.scan(bytes);
  }

  /** Refuses a request that alone exceeds any budget and depends on the trace. @throws LuaError */
  refuse(message: string): never {
    this.#exceed(message);
  }

  /** Called by the hook. @throws LuaError */
  tick(stackSlots: number): void {
    this.spend(HOOK_INTERVAL);
    if (stackSlots > this.limits.stackSlots) this.#exceed('stack overflow');
  }

  #exceed(message: string): never {
    this.exceeded = true;
    throw new LuaError(message);
  }
}
