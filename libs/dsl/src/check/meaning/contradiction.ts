import type { Resolved } from '../../resolved.js';
import { type Said, saidBy } from './constraints.js';
import { Domain } from './domain.js';

/** Conditions of a chain that exclude each other (for `or`: of which one always holds); one alone, when it does so by itself. */
export interface Contradiction {
  readonly first: Resolved;
  readonly second: Resolved;
  /** Only together with what stands between them. */
  readonly isOfMany: boolean;
}

/** The first contradiction in a chain of `and` (`or`), or undefined. Linear in the operands. */
export function contradictionIn(operands: readonly Resolved[], operator: 'and' | 'or'): Contradiction | undefined {
  const values = new Map<string, { readonly said: Said; readonly by: Resolved }[]>();
  for (const operand of operands) {
    for (const said of saidBy(operand, operator === 'and')) {
      const known = values.get(said.about);
      if (known === undefined) values.set(said.about, [{ said, by: operand }]);
      else known.push({ said, by: operand });
    }
  }
  for (const about of values.values()) {
    if (!isEmpty(about.map(({ said }) => said))) continue;
    const second = shortest(about.length, (length) => isEmpty(about.slice(0, length).map(({ said }) => said)));
    const last = about[second - 1] as (typeof about)[number];
    if (isEmpty([last.said])) return { first: last.by, second: last.by, isOfMany: false };
    const other = about.slice(0, second - 1).find(({ said }) => isEmpty([said, last.said]));
    return { first: (other ?? about[0] ?? last).by, second: last.by, isOfMany: other === undefined };
  }
  return undefined;
}

function isEmpty(all: readonly Said[]): boolean {
  const [first] = all;
  if (first === undefined) return false;
  const domain = new Domain(first.initial, first.isWhole);
  for (const { constraint } of all) domain.add(constraint);
  return domain.isEmpty;
}

/** The shortest beginning that is empty: what follows can't undo it. */
function shortest(length: number, isEmptyOf: (length: number) => boolean): number {
  let low = 1;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isEmptyOf(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
