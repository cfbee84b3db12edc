import { randomUUID } from 'node:crypto';
import { type Log } from '#messaging';
import { CONTROL_BARRIER_PREFIX, CONTROL_HEADER, CONTROL_OPEN_PREFIX, CONTROL_SETTLED_PREFIX, TOPICS } from '#records';
import type { Store } from '#store';
import { KEEP_READER } from '../keep/violation-keeper.js';

const NOTHING = new Uint8Array(0);

interface PartitionState {
  /** The next record of the violations log to read. */
  from: number;
  /** The offset of the answer there. */
  settledAt: number | undefined;
  /** The number of open traces in the last answer. */
  open: number | undefined;
  kept: boolean;
}

/** One barrier in every partition of the spans log, and the state of each partition. */
export class BarrierRound {
  private readonly id = randomUUID();

  private constructor(
    private readonly log: Log,
    private readonly store: Pick<Store, 'position'>,
    private readonly hurry: () => void,
    private readonly partitions: readonly PartitionState[],
  ) {}

  /** Resolves when the barriers are in the log, after all spans acknowledged before the call. */
  static async begin(log: Log, store: Pick<Store, 'position'>, hurry: () => void): Promise<BarrierRound> {
    const numbers = Array.from({ length: log.partitions(TOPICS.spans) }, (_, partition) => partition);
    const states = await Promise.all(
      numbers.map(async (partition): Promise<PartitionState> => {
        const { end } = await log.bounds(TOPICS.violations, partition);
        return { from: end, settledAt: undefined, open: undefined, kept: false };
      }),
    );
    const round = new BarrierRound(log, store, hurry, states);
    const headers = { [CONTROL_HEADER]: `${CONTROL_BARRIER_PREFIX}${round.id}` };
    await log.append(
      TOPICS.spans,
      numbers.map((partition) => ({ partition, value: NOTHING, headers })),
    );
    return round;
  }

  /** Reads answers once; true when all partitions are judged and their violations stored. */
  async look(): Promise<boolean> {
    await Promise.all(this.partitions.map((state, partition) => this.lookAt(partition, state)));
    if (this.partitions.some(({ settledAt, kept }) => settledAt !== undefined && !kept)) this.hurry();
    return this.partitions.every(({ kept }) => kept);
  }

  /** A text for each partition that is not settled. */
  missing(): readonly string[] {
    return this.partitions.flatMap(({ settledAt, open, kept }, partition) => {
      if (kept) return [];
      if (settledAt !== undefined) return [`partition ${partition} is judged, but its violations are not in the store yet`];
      if (open !== undefined) return [`partition ${partition} had ${open} open ${open === 1 ? 'trace' : 'traces'} when it was asked`];
      return [`partition ${partition} was not read that far by an evaluator`];
    });
  }

  private async lookAt(partition: number, state: PartitionState): Promise<void> {
    if (state.settledAt === undefined) await this.findAnswer(partition, state);
    if (state.settledAt === undefined || state.kept) return;
    state.kept = (await this.store.position(KEEP_READER, partition)) > state.settledAt;
  }

  private async findAnswer(partition: number, state: PartitionState): Promise<void> {
    for await (const { records } of this.log.read(TOPICS.violations, partition, state.from)) {
      for (const { offset, headers } of records) {
        state.from = offset + 1;
        const control = headers?.[CONTROL_HEADER];
        if (control === `${CONTROL_SETTLED_PREFIX}${this.id}`) state.settledAt = offset;
        else if (control?.startsWith(`${CONTROL_OPEN_PREFIX}${this.id}:`)) state.open = Number(control.slice(control.lastIndexOf(':') + 1));
      }
    }
  }
}
