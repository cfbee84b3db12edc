import type { Accounting } from '../accounting.js';
import { Epoch } from './epoch.js';
import type { EpochRules } from './epoch-rules.js';
import type { RuleClock } from './rule-clock.js';

/**
 * The epochs of a partition that still matter: the one in force, and those in which a remembered trace opened. A new rule judges the spans after its marker
 * and the traces that open after it. A changed rule keeps judging remembered traces in the version under which they opened. A removed rule no longer judges
 * them.
 */
export class KeptEpochs {
  private readonly epochs: (Epoch | undefined)[] = [];
  /** The last epoch that began; it is in force unless a later marker came. */
  private begun: Epoch | undefined;

  constructor(
    private rules: EpochRules,
    private readonly accounting: Accounting,
    private readonly clock: RuleClock | undefined = undefined,
  ) {}

  /** The epoch in force. */
  get number(): number {
    return this.rules.epoch;
  }

  /** The epoch in force, for its spans: the first of them begins and compiles it. */
  current(): Epoch {
    if (this.begun?.number !== this.rules.epoch) this.begun = this.begin();
    return this.begun;
  }

  /** Whether a rule is in force, in any version. */
  isInForce(ruleId: string): boolean {
    return this.rules.has(ruleId);
  }

  /** The epoch in a slot in use. */
  at(slot: number): Epoch {
    return this.epochs[slot]!;
  }

  /**
   * A marker switches to a rule set. Several writers may append the same marker, so one that is not above the epoch in force is ignored. (A successor begins
   * with the epoch of its commit, in the context before it.)
   */
  switchTo(number: number, rulesOf: (epoch: number) => EpochRules): void {
    if (number <= this.number) return;
    this.rules = rulesOf(number);
    for (const epoch of this.epochs) epoch?.succeededBy(this.rules);
    const { begun } = this;
    this.begun = undefined;
    if (begun !== undefined) this.dropIfDone(begun);
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

  private begin(): Epoch {
    const free = this.epochs.indexOf(undefined);
    const slot = free < 0 ? this.epochs.length : free;
    const epoch = new Epoch(this.number, slot, this.rules.ruleSet(), this.accounting, this.clock);
    this.epochs[slot] = epoch;
    return epoch;
  }

  private dropIfDone(epoch: Epoch): void {
    if (epoch === this.begun || epoch.traces !== 0) return;
    epoch.forgotten();
    this.epochs[epoch.slot] = undefined;
  }
}
