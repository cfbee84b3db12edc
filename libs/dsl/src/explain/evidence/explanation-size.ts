/**
 * Approximate maximum number of characters of an explanation's tree. Rules as people write them fit in full. A record of a rule with hundreds of conditions
 * stays below 150 kB.
 */
const FULL = 24_000;
const BRIEF = 40_000;
const MAX_SIZE = 64_000;
/** Of a node without details. */
const BARE_NODE = 190;

/** Span ids that a node names. */
const WITNESSES = 50;
const BRIEF_WITNESSES = 3;

/** Times that the span which came closest is sought. */
const SEARCHES = 20;

/** Counts the size of an explanation's tree, so that later parts are shortened, and then omitted. */
export class ExplanationSize {
  private used = 0;
  private searches = 0;

  /** Whether one more node has a place. Its details are added when they are known. */
  admits(): boolean {
    if (this.used + BARE_NODE > MAX_SIZE) return false;
    this.used += BARE_NODE;
    return true;
  }

  /** How many span ids a node may name. */
  get witnesses(): number {
    return this.used < FULL ? WITNESSES : this.used < BRIEF ? BRIEF_WITNESSES : 0;
  }

  /** Whether there is a place for what a node says beside its outcome. */
  get isTold(): boolean {
    return this.used < BRIEF;
  }

  /** Whether parts of parts are shown. */
  get isFull(): boolean {
    return this.used < FULL;
  }

  /** Whether the spans of the trace may be looked through once more. */
  admitsSearch(): boolean {
    return this.isFull && this.searches++ < SEARCHES;
  }

  add(characters: number): void {
    this.used += characters;
  }
}
