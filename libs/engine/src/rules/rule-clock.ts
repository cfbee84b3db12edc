/** On average one in this many is timed. Reading the clock twice costs about as much as concluding an online rule. */
const RECORDS = 16;
const CONCLUSIONS = 16;
const JUDGEMENTS = 4;

/** Times some of the rules' evaluations, for metrics. The engine has no clock: its owner provides one, and no verdict depends on it. */
export class RuleClock {
  /** For records: all rules' conditions, and decisions of rules with bits and counters on the record's spans. */
  readonly records = new TimedSample(RECORDS);
  /** For closed traces: conclusions of rules with bits and counters. */
  readonly conclusions = new TimedSample(CONCLUSIONS);
  /** For rules that are judged on the spans of a closed trace. */
  readonly judgements = new TimedSample(JUDGEMENTS);

  /** @param now milliseconds, of any origin */
  constructor(readonly now: () => number) {}
}

/** One in this many on average, at irregular distances: regular ones might always meet the same rule. */
export class TimedSample {
  private left = 1;
  private state = 1;

  /** @param weight how many evaluations one represents */
  constructor(readonly weight: number) {}

  /** The weight if this evaluation is timed, else 0. */
  next(): number {
    if (--this.left > 0) return 0;
    this.state = (Math.imul(this.state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    // 1 to 2 weight − 1, which averages to the weight.
    this.left = 1 + ((this.state >>> 12) % (2 * this.weight - 1));
    return this.weight;
  }
}
