/** On average one in this many is timed. Reading the clock twice costs about as much as concluding an online rule. */
const RECORDS = 16;
const CONCLUSIONS = 16;
const JUDGEMENTS = 4;

/**
 * Times the evaluations of rules, some of them, for metrics. The engine has no clock: its owner brings one, and no verdict depends on
 * what it says.
 */
export class RuleClock {
  /** Of records: the conditions of all rules together, and what rules that keep bits and counters decide on its spans. */
  readonly records = new Sample(RECORDS);
  /** Of closed traces: what the rules that keep bits and counters conclude. */
  readonly conclusions = new Sample(CONCLUSIONS);
  /** Of rules that are judged on the spans of a closed trace. */
  readonly judgements = new Sample(JUDGEMENTS);

  /** @param now milliseconds, of any origin */
  constructor(readonly now: () => number) {}
}

/** On average one in this many, at irregular distances: a regular one may always meet the same rule. */
export class Sample {
  private left = 1;
  private state = 1;

  /** @param weight how many one stands for */
  constructor(readonly weight: number) {}

  /** The weight if this one is taken, else 0. */
  next(): number {
    if (--this.left > 0) return 0;
    this.state = (Math.imul(this.state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    // 1 to 2 weight − 1, which is the weight on average.
    this.left = 1 + ((this.state >>> 12) % (2 * this.weight - 1));
    return this.weight;
  }
}
