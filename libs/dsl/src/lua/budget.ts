import { LuaError } from './lua-error.js';

/** What one evaluation of a script may use. */
export interface ScriptLimits {
  /** Instructions of Lua, and what library functions do in units of about the same time (decision 0013). */
  readonly steps: number;
  /** Bytes of all strings made. */
  readonly bytes: number;
  /** Slots of the Lua stack: bounds the depth of recursion. */
  readonly stackSlots: number;
}

/** What a millisecond of `rules.evaluation_timeout` stands for: a clock would judge the same log differently the next time. */
export const STEPS_PER_MILLISECOND = 10_000;

/** The limits of an evaluation of this many milliseconds. */
export function limitsOf(milliseconds: number): ScriptLimits {
  return { steps: milliseconds * STEPS_PER_MILLISECOND, bytes: 16 * 1024 * 1024, stackSlots: 20_000 };
}

/** Milliseconds. */
export const DEFAULT_TIMEOUT = 100;

/** How many instructions pass between two looks at the budget. */
export const HOOK_INTERVAL = 1_000;

/** The cost of a library call, in instructions, whatever it does. */
export const CALL_STEPS = 8;

/** Bytes that are copied, compared or looked at in a step. */
const BYTES_PER_STEP = 16;

/** The rest of the limits during one evaluation. Once exceeded it stays so: `pcall` cannot hide it. */
export class Budget {
  #steps = 0;
  #bytes = 0;
  exceeded = false;
  /** Another object with each evaluation. */
  evaluation: object = {};

  constructor(private readonly limits: ScriptLimits) {}

  /** @param taken steps that are taken already; all of them may have gone into strings */
  start(taken = 0): void {
    this.#steps = this.limits.steps - taken;
    this.#bytes = this.limits.bytes - BYTES_PER_STEP * taken;
    this.exceeded = false;
    this.evaluation = {};
  }

  /** Steps of the present evaluation; of instructions, those of whole intervals. */
  get taken(): number {
    return this.limits.steps - this.#steps;
  }

  /** Counts work of library functions. @throws LuaError when there was too much */
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

  /** Counts bytes that are looked at. @throws LuaError */
  scan(bytes: number): void {
    if (bytes >= BYTES_PER_STEP) this.spend(bytes / BYTES_PER_STEP);
  }

  /** Counts the bytes of a string before it is made. @throws LuaError */
  allocate(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes < 0 || Number.isNaN(bytes)) this.#exceed(`the script made more than ${this.limits.bytes} bytes of strings`);
    this.scan(bytes);
  }

  /** Refuses what this evaluation asks for at once, which depends on the trace: it is beyond what one can be given. @throws LuaError */
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
