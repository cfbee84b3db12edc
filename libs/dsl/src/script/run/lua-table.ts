import { LuaError } from '../../lua/lua-error.js';
import { bailOut } from './script-run.js';

/** How far a border is looked for. */
const FARTHEST = 2 ** 30;

/** A table that a compiled script made: keys in the order in which they came, as fengari has them. */
export class LuaTable {
  /** Absent while it is empty: many scripts make a table that a trace gives them nothing to fill with. */
  private values: Map<unknown, unknown> | undefined;
  /** Changes with every key that comes or goes. */
  private version = 0;

  get(key: unknown): unknown {
    return this.values?.get(key);
  }

  /** @throws LuaError on a key that is none */
  set(key: unknown, value: unknown): void {
    if (key === undefined || Number.isNaN(key)) throw new LuaError('table index is nil or NaN');
    // Whether two functions are one depends on what the sandbox keeps of them.
    if (typeof key === 'function') bailOut();
    if (value === undefined) {
      if (this.values?.delete(key)) this.version++;
      return;
    }
    this.values ??= new Map();
    const { size } = this.values;
    this.values.set(key, value);
    if (this.values.size !== size) this.version++;
  }

  /** A border, `#t`: of several the one that fengari finds, by doubling and halving from the number of keys. */
  get length(): number {
    const { values } = this;
    if (values === undefined) return 0;
    let below = 0;
    let above = values.size + 1;
    while (values.has(above)) {
      below = above;
      above *= 2;
      if (above > FARTHEST) bailOut();
    }
    while (above - below > 1) {
      const middle = Math.floor((below + above) / 2);
      if (values.has(middle)) below = middle;
      else above = middle;
    }
    return below;
  }

  /** For `pairs`. Keys that come or go meanwhile are left to the sandbox. */
  *[Symbol.iterator](): Iterator<readonly [unknown, unknown]> {
    const { version } = this;
    for (const entry of this.values ?? []) {
      if (this.version !== version) bailOut();
      yield entry;
    }
    if (this.version !== version) bailOut();
  }
}
