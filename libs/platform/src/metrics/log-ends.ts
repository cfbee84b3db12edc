import { waitAtMost } from '#waiting';
/** The part of a log that is needed here. */
export interface EndingLog {
  /** The offset after the newest record of each partition. */
  ends(topic: string): Promise<ReadonlyMap<number, number>>;
}

/** How long a caller waits for the log, ms: a scrape must not hang on a broker that does not answer. */
const TIMEOUT_MS = 500;

export interface KnownEnds {
  /** Offset after the newest record, by partition; empty when the log has never told. */
  readonly ends: ReadonlyMap<number, number>;
  /** Milliseconds since the log told; Infinity when it never did. */
  readonly age: number;
}

interface Known {
  ends: ReadonlyMap<number, number>;
  toldAt: number;
  /** The question that the log has not answered yet. */
  asking: Promise<void> | undefined;
  askedAt: number;
}

/** Where topics end, as far as the log can be asked: the last answer when it does not answer in time. */
export class LogEnds {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly log: EndingLog,
    private readonly timeoutMs = TIMEOUT_MS,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The requested topics. */
  get topics(): readonly string[] {
    return [...this.known.keys()];
  }

  /** Asks the log; resolves within `timeoutMs`, and never rejects. A question that is under way longer than that is not waited for. */
  async of(topic: string): Promise<KnownEnds> {
    let known = this.known.get(topic);
    if (known === undefined) {
      known = { ends: new Map(), toldAt: Number.NEGATIVE_INFINITY, asking: undefined, askedAt: 0 };
      this.known.set(topic, known);
    }
    if (known.asking === undefined) {
      known.askedAt = this.now();
      known.asking = this.ask(topic, known);
    }
    const left = known.askedAt + this.timeoutMs - this.now();
    if (left > 0) await waitAtMost(known.asking, left);
    return { ends: known.ends, age: this.now() - known.toldAt };
  }

  private async ask(topic: string, known: Known): Promise<void> {
    try {
      const ends = await this.log.ends(topic);
      // A deleted topic has no partition, and its last known end ages.
      if (ends.size === 0) return;
      known.ends = ends;
      known.toldAt = this.now();
    } catch {
      // The age of the last answer says it.
    } finally {
      known.asking = undefined;
    }
  }
}
