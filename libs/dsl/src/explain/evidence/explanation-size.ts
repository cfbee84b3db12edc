/**
 * Approximate maximum number of characters of an explanation's tree. Rules as people write them fit in full. A record of a rule with hundreds of conditions
 * stays below 150 kB.
 */
const FULL = 24_000;
const BRIEF = 40_000;
const MAX_SIZE = 64_000;
/** Size of a node without details. */
const BARE_NODE = 190;

/** Maximum of span ids that a node names. */
const WITNESSES = 50;
const BRIEF_WITNESSES = 3;

/** Maximum of searches for the closest span. */
const SEARCHES = 20;

/** Counts the size of an explanation's tree, so that later parts are shortened, and then omitted. */
export class ExplanationSize {
  private used = 0;
  private searches = 0;

  /** Whether there is room for one more node. Its details are added when they are known. */
  admits(): boolean {
    if (this.used + BARE_NODE > MAX_SIZE) return false;
    this.used += BARE_NODE;
    return true;
  }

  /** The maximum of span ids for a node. */
  get witnesses(): number {
    return this.used < FULL ? WITNESSES : this.used < BRIEF ? BRIEF_WITNESSES : 0;
  }

  /** Whether there is room for more than a node's outcome. */
  get isDetailed(): boolean {
    return this.used < BRIEF;
  }

  /** Whether parts of parts are shown. */
  get isFull(): boolean {
    return this.used < FULL;
  }

  /** Whether the spans of the trace may be searched once more. */
  admitsSearch(): boolean {
    return this.isFull && this.searches++ < SEARCHES;
  }

  add(characters: number): void {
    this.used += characters;
  }
}
