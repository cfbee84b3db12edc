import { CONTROL_ALIVE, CONTROL_HEADER } from '#records';
import type { OutgoingRecord } from '../../log.js';

/** A partition without an append for this long (ms) gets a record that shows that appends are possible. */
const QUIET_MS = 2_000;
/** A busy partition gets one this often (ms), so that readers know that there are such records. */
const BUSY_MS = 10_000;
const LOOK_MS = 500;

const NOTHING = new Uint8Array(0);

interface Appended {
  /** When a record of this process was last acknowledged, and when a presence record was; monotonic, ms. */
  any: number;
  alive: number;
}

/** A topic that ingest writes, with the number of its partitions. */
export interface PresentTopic {
  readonly name: string;
  readonly partitions: number;
}

/**
 * Shows readers of a topic, in each of its partitions, that receivers can append records: at least every two seconds, by the records
 * themselves or by a record of its own. So a longer silence is an outage of BeTrace (docs/decisions/0019). The first append
 * after it follows such a record in one batch, so that readers see the outage before log time advances.
 */
export class Presence {
  private readonly topics = new Map<string, readonly Appended[]>();
  private timer: NodeJS.Timeout | undefined;
  private telling = false;

  constructor(
    topics: readonly PresentTopic[],
    private readonly append: (topic: string, records: readonly OutgoingRecord[]) => Promise<readonly number[]>,
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    const never = { any: Number.NEGATIVE_INFINITY, alive: Number.NEGATIVE_INFINITY };
    for (const { name, partitions } of topics)
      this.topics.set(
        name,
        Array.from({ length: partitions }, () => ({ ...never })),
      );
  }

  /** From now on records can be sent to this process. */
  start(): void {
    if (this.timer !== undefined) return;
    this.timer = setInterval(() => void this.tell(), LOOK_MS);
    this.timer.unref();
    void this.tell();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Appends. The first record of a quiet partition follows a presence record. Returns the offsets of `records`. */
  async appendPresent(topic: string, records: readonly OutgoingRecord[]): Promise<readonly number[]> {
    const partitions = this.topics.get(topic);
    // Records other than spans (markers, barriers) do not show that spans can be sent.
    if (partitions === undefined || this.timer === undefined || records.some(({ headers }) => headers?.[CONTROL_HEADER] !== undefined)) {
      return this.append(topic, records);
    }
    const now = this.monotonic();
    const written = new Set(records.map(({ partition }) => partition));
    const quiet = [...written].filter((partition) => now - (partitions[partition]?.any ?? now) > QUIET_MS);
    const offsets = await this.append(topic, [...quiet.map(alive), ...records]);
    for (const partition of written) partitions[partition]!.any = Math.max(partitions[partition]!.any, now);
    for (const partition of quiet) partitions[partition]!.alive = Math.max(partitions[partition]!.alive, now);
    return quiet.length === 0 ? offsets : offsets.slice(quiet.length);
  }

  /** Failures are ignored. No caller waits for it, and while the log takes no record, ingest counts as absent. */
  private async tell(): Promise<void> {
    if (this.telling) return;
    this.telling = true;
    const now = this.monotonic();
    await Promise.allSettled(
      [...this.topics].map(async ([topic, partitions]) => {
        const due = [...partitions.keys()].filter((partition) => {
          const { any, alive: lastAlive } = partitions[partition]!;
          return now - any > QUIET_MS - LOOK_MS || now - lastAlive > BUSY_MS;
        });
        if (due.length === 0) return;
        await this.append(topic, due.map(alive));
        for (const partition of due) Object.assign(partitions[partition]!, { any: Math.max(partitions[partition]!.any, now), alive: now });
      }),
    );
    this.telling = false;
  }
}

function alive(partition: number): OutgoingRecord {
  return { partition, value: NOTHING, headers: { [CONTROL_HEADER]: CONTROL_ALIVE } };
}
