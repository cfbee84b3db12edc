import { LuaError } from '../../values/lua/lua-error.js';
import { bailOut } from './script-run.js';

/** The upper limit in the search for a border. */
const MAX_INDEX = 2 ** 30;

/** A table of a compiled script, with keys in insertion order, as in fengari. */
export class LuaTable {
  /** Undefined while empty: many scripts create a table that stays empty. */
  private values: Map<unknown, unknown> | undefined;
  /** Incremented when a key is added or removed. */
  private version = 0;

  get(key: unknown): unknown {
    return this.values?.get(key);
  }

  /** @throws LuaError for an invalid key */
  set(key: unknown, value: unknown): void {
    if (key === undefined || Number.isNaN(key)) throw new LuaError('table index is nil or NaN');
    // Whether two functions are equal depends on the sandbox's caching.
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

  /** A border for `#t`; of several, the one that fengari finds by doubling and halving from the number of keys. */
  get length(): number {
    const { values } = this;
    if (values === undefined) return 0;
    let below = 0;
    let above = values.size + 1;
    while (values.has(above)) {
      below = above;
      above *= 2;
      if (above > MAX_INDEX) bailOut();
    }
    while (above - below > 1) {
      const middle = Math.floor((below + above) / 2);
      if (values.has(middle)) below = middle;
      else above = middle;
    }
    return below;
  }

  /** For `pairs`. If keys are added or removed meanwhile, the sandbox takes over. */
  *[Symbol.iterator](): Iterator<readonly [unknown, unknown]> {
    const { version } = this;
    for (const entry of this.values ?? []) {
      if (this.version !== version) bailOut();
      yield entry;
    }
    if (this.version !== version) bailOut();
  }
}
