import type { Revision } from '../revision.js';

/** A revision for tests: odd ones are open, even ones retracted. */
export const revision = (id: string, count: number, firstOffset = 7): Revision => ({
  id,
  revision: count,
  status: count % 2 === 1 ? 'open' : 'retracted',
  firstOffset,
});
