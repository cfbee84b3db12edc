import { waitAtMost } from '#waiting';
/** The part of the log port that is needed here. */
export interface EndingLog {
  /** The offset after the newest record of each partition. */
  ends(topic: string): Promise<ReadonlyMap<number, number>>;
}

/** How long a scrape waits for the log (ms), since a broker may not answer. */
const TIMEOUT_MS = 500;

export interface KnownEnds {
  /** The offset after the newest record, by partition; empty if the log never answered. */
  readonly ends: ReadonlyMap<number, number>;
  /** Milliseconds since the log's last answer; Infinity if it never answered. */
  readonly age: number;
}

interface Known {
  ends: ReadonlyMap<number, number>;
  reportedAt: number;
  /** The pending request to the log. */
  asking: Promise<void> | undefined;
  askedAt: number;
}

/** The ends of topics: the last known ones if the log does not answer in time. */
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

  /** Asks the log; resolves within `timeoutMs` and never rejects. It does not wait for a request that has been pending longer. */
  async of(topic: string): Promise<KnownEnds> {
    let existing = this.known.get(topic);
    if (existing === undefined) {
      existing = { ends: new Map(), reportedAt: Number.NEGATIVE_INFINITY, asking: undefined, askedAt: 0 };
      this.known.set(topic, existing);
    }
    if (existing.asking === undefined) {
      existing.askedAt = this.now();
      existing.asking = this.ask(topic, existing);
    }
    const left = existing.askedAt + this.timeoutMs - this.now();
    if (left > 0) await waitAtMost(existing.asking, left);
    return { ends: existing.ends, age: this.now() - existing.reportedAt };
  }

  private async ask(topic: string, known: Known): Promise<void> {
    try {
      const ends = await this.log.ends(topic);
      // A deleted topic has no partition: its last known ends are kept, and age.
      if (ends.size === 0) return;
      known.ends = ends;
      known.reportedAt = this.now();
    } catch {
      // The age of the last answer shows the failure.
    } finally {
      known.asking = undefined;
    }
  }
}
