/** Milliseconds of log time over which the evidence rate is measured. */
const WINDOW_MS = 10_000;

/**
 * Limits the evidence of one partition. Each rule has an equal share of a window, so that busy rules do not crowd out others. Windows are log time, so a
 * replay of the log selects the same traces.
 */
export class EvidenceRate {
  private window = Number.NEGATIVE_INFINITY;
  private left = 0;
  private readonly given = new Map<string, number>();

  /** @param perSecond for all rules together; 0: none */
  constructor(private readonly perSecond: number) {}

  /**
   * Returns the rules whose evidence is emitted.
   * @param time log time, ms
   * @param requested the number of rules that may emit evidence
   */
  admitted<Rule extends { readonly id: string }>(rules: readonly Rule[], requested: number, time: number): readonly Rule[] {
    const window = Math.floor(time / WINDOW_MS);
    const budget = Math.floor((this.perSecond * WINDOW_MS) / 1_000);
    if (window !== this.window) {
      this.window = window;
      this.left = budget;
      this.given.clear();
    }
    const share = Math.max(1, Math.floor(budget / requested));
    // With more rules than evidence, others come first in the next window.
    const first = Math.abs(window) % rules.length;
    return [...rules.slice(first), ...rules.slice(0, first)].filter(({ id }) => {
      const given = this.given.get(id) ?? 0;
      if (this.left === 0 || given >= share) return false;
      this.left--;
      this.given.set(id, given + 1);
      return true;
    });
  }
}
