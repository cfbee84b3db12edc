import type { Accounting } from './accounting.js';
import { Epoch } from './epoch.js';
import type { RuleSet } from './rule-set.js';

/**
 * The epochs of a partition that still matter: the one in force, and those in which a remembered trace opened. A new rule
 * judges the spans after its marker and the traces that open after it; an unchanged rule goes on with the open traces under
 * the epoch in which they opened; a removed or changed one is no longer alive there.
 */
export class Epochs {
  current: Epoch;
  private readonly epochs: (Epoch | undefined)[] = [];

  constructor(
    initial: RuleSet,
    private readonly accounting: Accounting,
  ) {
    this.current = this.begin(initial);
  }

  /** The epoch in a slot in use. */
  at(slot: number): Epoch {
    return this.epochs[slot]!;
  }

  /**
   * A marker switches to a rule set. Markers are appended at least once and by more than one hand, so one that is not above
   * the epoch in force says nothing new. (A successor begins with the epoch of its commit, in the context before it.)
   */
  switchTo(number: number, ruleSetOf: (epoch: number) => RuleSet): void {
    if (number <= this.current.number) return;
    const rules = ruleSetOf(number);
    for (const epoch of this.epochs) epoch?.succeededBy(rules);
    const before = this.current;
    this.current = this.begin(rules);
    this.dropIfDone(before);
  }

  /** A trace that opened in an epoch is forgotten. */
  release(epoch: Epoch): void {
    epoch.traces--;
    this.dropIfDone(epoch);
  }

  /** Bytes of the traces' bits and counters. */
  get bytes(): number {
    let bytes = 0;
    for (const epoch of this.epochs) if (epoch !== undefined) bytes += epoch.states.bytes;
    return bytes;
  }

  private begin(rules: RuleSet): Epoch {
    const free = this.epochs.indexOf(undefined);
    const slot = free < 0 ? this.epochs.length : free;
    const epoch = new Epoch(rules.epoch, slot, rules, this.accounting);
    this.epochs[slot] = epoch;
    return epoch;
  }

  private dropIfDone(epoch: Epoch): void {
    if (epoch !== this.current && epoch.traces === 0) this.epochs[epoch.slot] = undefined;
  }
}
