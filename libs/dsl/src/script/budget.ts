import { LuaError } from '../lua-error.js';

/** What one evaluation of a script may use. */
export interface ScriptLimits {
  /** Lua instructions and steps of library functions. */
  readonly instructions: number;
  /** Bytes of all strings made. */
  readonly bytes: number;
  /** Slots of the Lua stack: bounds the depth of recursion. */
  readonly stackSlots: number;
  /** Milliseconds, when a clock is given. */
  readonly milliseconds: number;
}

export const DEFAULT_LIMITS: ScriptLimits = { instructions: 1_000_000, bytes: 16 * 1024 * 1024, stackSlots: 50_000, milliseconds: 100 };

/** How many instructions pass between two looks at the budget. */
export const HOOK_INTERVAL = 1_000;

/** What is left of the limits during one evaluation. Once exceeded it stays so: `pcall` cannot hide it. */
export class Budget {
  #instructions = 0;
  #bytes = 0;
  #deadline = Number.POSITIVE_INFINITY;
  exceeded = false;

  constructor(
    private readonly limits: ScriptLimits,
    private readonly now?: () => number,
  ) {}

  start(): void {
    this.#instructions = this.limits.instructions;
    this.#bytes = this.limits.bytes;
    this.exceeded = false;
    if (this.now !== undefined) this.#deadline = this.now() + this.limits.milliseconds;
  }

  /** Counts work of library functions. @throws LuaError when there was too much */
  spend(steps: number): void {
    this.#instructions -= steps;
    if (this.#instructions < 0) this.#exceed(`the script took more than ${this.limits.instructions} instructions`);
  }

  /** Counts the bytes of a string before it is made. @throws LuaError */
  allocate(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes < 0 || Number.isNaN(bytes)) this.#exceed(`the script made more than ${this.limits.bytes} bytes of strings`);
    this.spend(bytes >> 6);
  }

  /** Called by the hook. @throws LuaError */
  tick(stackSlots: number): void {
    this.spend(HOOK_INTERVAL);
    if (stackSlots > this.limits.stackSlots) this.#exceed('stack overflow');
    if (this.now !== undefined && this.now() > this.#deadline) this.#exceed(`the script took longer than ${this.limits.milliseconds} ms`);
  }

  #exceed(message: string): never {
    this.exceeded = true;
    throw new LuaError(message);
  }
}
