import { type Log } from '#messaging';
import { CONTROL_HEADER, CONTROL_OPEN_PREFIX, CONTROL_SETTLED_PREFIX, TOPICS } from '#records';
import { retry } from '#waiting';

const NOTHING = new Uint8Array(0);
/** Milliseconds between two counts of the open traces, each of which visits all of them. */
const COUNT_INTERVAL_MS = 40;
/** Maximum of waiting barriers. The API writes fewer; further ones in the log get no answer. */
const MAX_BARRIERS = 1_000;

interface Barrier {
  readonly id: string;
  readonly offset: number;
  /** The last reported number of open traces. */
  reported: number | undefined;
}

/**
 * The barriers of a partition: records of the spans log by which the API asks when everything before them is judged. A barrier is settled when every trace
 * that was open at it is closed, with its verdicts in the violations log. The answer follows them there.
 */
export class Barriers {
  private waiting: Barrier[] = [];
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly partition: number,
    private readonly log: Pick<Log, 'append'>,
    private readonly monotonic: () => number,
  ) {}

  /** Some wait for an answer. */
  get any(): boolean {
    return this.waiting.length > 0;
  }

  /** A barrier was applied. After a restart it is read and answered again, which changes nothing. */
  note(id: string, offset: number): void {
    if (this.waiting.length < MAX_BARRIERS) this.waiting.push({ id, offset, reported: undefined });
    this.lookedAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * Answers settled barriers, and others once with the number of traces that they wait for. Call it when all verdicts so far are acknowledged. @param
   * openBefore the number of open traces that opened below an offset
   */
  async answer(openBefore: (offset: number) => number, signal: AbortSignal, failed: (error: Error, pause: number) => void): Promise<void> {
    if (this.waiting.length === 0 || this.monotonic() - this.lookedAt < COUNT_INTERVAL_MS) return;
    this.lookedAt = this.monotonic();
    const answers: string[] = [];
    const open: Barrier[] = [];
    for (const barrier of this.waiting) {
      const traces = openBefore(barrier.offset);
      if (traces === 0) answers.push(`${CONTROL_SETTLED_PREFIX}${barrier.id}`);
      else if (barrier.reported === undefined) answers.push(`${CONTROL_OPEN_PREFIX}${barrier.id}:${traces}`);
      if (traces > 0) open.push({ ...barrier, reported: traces });
    }
    if (answers.length === 0) return;
    const records = answers.map((control) => ({ partition: this.partition, value: NOTHING, headers: { [CONTROL_HEADER]: control } }));
    await retry(() => this.log.append(TOPICS.violations, records), { signal, failed, longest: 5_000 });
    this.waiting = open;
  }
}
