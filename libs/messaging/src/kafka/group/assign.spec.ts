import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assign, type Candidate } from './assign.js';

/** A group that rebalances until nothing moves; counts how many partitions changed hands. */
class Group {
  readonly owned = new Map<string, number[]>();
  generation = 0;
  moved = 0;

  constructor(readonly count: number) {}

  join(id: string): this {
    this.owned.set(id, []);
    return this;
  }

  leave(id: string): this {
    this.owned.delete(id);
    return this;
  }

  candidates(): Candidate[] {
    return [...this.owned].map(([id, owned]) => ({ id, owned, generation: this.generation }));
  }

  /** One generation: what it gives, and whether somebody has to join again because it gave something up. */
  rebalance(): boolean {
    const assigned = assign(this.count, this.candidates());
    this.generation++;
    let again = false;
    const before = new Map([...this.owned].flatMap(([id, owned]) => owned.map((partition) => [partition, id])));
    for (const [id, partitions] of assigned) {
      again ||= this.owned.get(id)!.some((partition) => !partitions.includes(partition));
      for (const partition of partitions) {
        expect(before.get(partition) ?? id).toBe(id);
        if (!before.has(partition)) this.moved++;
      }
      this.owned.set(id, partitions);
    }
    return again;
  }

  settle(): this {
    for (let rounds = 0; this.rebalance(); rounds++) expect(rounds).toBeLessThan(3);
    return this;
  }

  sizes(): number[] {
    return [...this.owned.values()].map(({ length }) => length);
  }
}

describe('assignment', () => {
  it('spreads partitions evenly', () => {
    expect(new Group(12).join('a').join('b').join('c').settle().sizes()).toEqual([4, 4, 4]);
    expect(new Group(4).join('a').join('b').join('c').settle().sizes().toSorted()).toEqual([1, 1, 2]);
    expect(new Group(1).join('a').join('b').settle().sizes().toSorted()).toEqual([0, 1]);
  });

  it('moves only what a new member gets, and gives it only when its owner has let go', () => {
    const group = new Group(12).join('a').join('b').settle();
    group.moved = 0;
    group.join('c');
    expect(group.rebalance()).toBe(true);
    expect(group.owned.get('c')).toEqual([]);
    expect(group.sizes()).toEqual([4, 4, 0]);
    expect(group.rebalance()).toBe(false);
    expect(group.sizes()).toEqual([4, 4, 4]);
    expect(group.moved).toBe(4);
  });

  it('gives what a dead member had at once, and moves nothing else', () => {
    const group = new Group(12).join('a').join('b').join('c').settle();
    const [b, c] = [group.owned.get('b')!, group.owned.get('c')!];
    group.leave('a');
    group.moved = 0;
    expect(group.rebalance()).toBe(false);
    expect(group.moved).toBe(4);
    expect(group.owned.get('b')).toEqual(expect.arrayContaining(b));
    expect(group.owned.get('c')).toEqual(expect.arrayContaining(c));
  });

  it('believes the later of two claims', () => {
    const zombie = { id: 'zombie', owned: [0, 1], generation: 3 };
    const heir = { id: 'heir', owned: [0, 1], generation: 4 };
    const assigned = assign(2, [zombie, heir]);
    expect(assigned.get('zombie')).toEqual([]);
    expect(assigned.get('heir')).toHaveLength(1);
  });

  it('always becomes even and complete, whoever comes and goes, with no partition at two members', () => {
    const change = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), rounds: fc.nat(2) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(change, { minLength: 1, maxLength: 20 }), (count, changes) => {
        const group = new Group(count).join('first');
        for (const { id, rounds } of changes) {
          if (group.owned.has(id)) group.leave(id);
          else group.join(id);
          // Sometimes the next change comes before the group has settled.
          for (let i = 0; i < rounds; i++) group.rebalance();
          const held = [...group.owned.values()].flat();
          expect(new Set(held).size).toBe(held.length);
        }
        group.settle();
        expect([...group.owned.values()].flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
        expect(Math.max(...group.sizes()) - Math.min(...group.sizes())).toBeLessThanOrEqual(1);
      }),
    );
  });
});
