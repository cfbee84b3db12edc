import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { type Log, readAll, type Subscription } from '../../libs/messaging/src/index.js';
import { eventually, whileGrowing } from '../harness/eventually.js';

const TIMEOUT_MS = 60_000;

/**
 * Writers (one for each partition, in order) and a group member that reads all records, until `end`. For partitions of even numbers the member stores its own
 * positions. It reads each record once, even if the group removed it meanwhile. For the others it commits, and reads again at most the records after its last
 * commit.
 */
export async function checkedTraffic(topic: string, partitions: number, writing: Log, reading: Log) {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const acknowledged = all.map(() => [] as string[]);
  const read = all.map(() => [] as string[]);
  const committed = all.map(() => 0);
  const assignments = all.map(() => 0);
  const wrong: string[] = [];
  const refused: string[] = [];
  const failures: string[] = [];
  let running = true;
  const keepsPosition = (partition: number): boolean => partition % 2 === 0;
  const subscription: Subscription = await reading.subscribe({
    topic,
    group: topic,
    listener: {
      assigned: async (partition, position) => {
        assignments[partition]!++;
        if (keepsPosition(partition)) return read[partition]!.length;
        const from = position?.offset ?? 0;
        if (from < committed[partition]!) wrong.push(`${partition}: given from ${from}, committed ${committed[partition]}`);
        return undefined;
      },
      records: async ({ partition, records }) => {
        const [{ offset } = { offset: 0 }, seen] = [records[0], read[partition]!];
        if (!keepsPosition(partition) && offset >= committed[partition]!) seen.length = Math.min(seen.length, offset);
        if (offset !== seen.length) wrong.push(`${partition}: ${offset} read behind ${seen.length}`);
        seen.push(...records.map(({ value }) => Buffer.from(value).toString()));
        if (keepsPosition(partition)) return;
        const next = seen.length;
        await subscription.commit(partition, { offset: next, metadata: '' });
        committed[partition] = next;
      },
      revoked: async () => undefined,
      failed: (error) => void failures.push(error.message),
      recovered: () => void failures.push('recovered'),
    },
  });
  const lanes = all.map(async (partition) => {
    for (let i = 0; running; i++) {
      const text = `${partition}-${i}`;
      await writing.append(topic, [{ partition, value: Buffer.from(text) }]).then(
        () => acknowledged[partition]!.push(text),
        (error: Error) => refused.push(error.message),
      );
      await pause(2);
    }
  });
  const counts = (of: readonly string[][]): number[] => of.map(({ length }) => length);
  return {
    /** How often the member was assigned each partition. */
    assignments,
    /** Resolves when each partition has been written and read again since the call. */
    async goesOn(what: string): Promise<void> {
      const [written, seen] = [counts(acknowledged), counts(read)];
      const on = (): boolean => all.every((n) => acknowledged[n]!.length > written[n]! + 20 && read[n]!.length > seen[n]! + 20);
      await eventually(what, async () => (on() ? true : undefined), TIMEOUT_MS).catch((error: Error) => {
        const now = { written: counts(acknowledged), read: counts(read), before: { written, seen } };
        throw new Error(`${error.message}: ${JSON.stringify(now)} ${failures.slice(-5).join('; ')} ${refused.slice(-3).join('; ')}`);
      });
    },
    /** Checks that the log has the acknowledged records, once each, and that they were read in order. */
    async end(): Promise<void> {
      running = false;
      await Promise.all(lanes);
      for (const partition of all) {
        const seen = read[partition]!;
        let kept: readonly string[] = [];
        // Read each time: the log may get a refused append later.
        const isAllRead = async () => {
          kept = (await readAll(writing, topic, partition)).map(({ value }) => Buffer.from(value).toString());
          return seen.length === kept.length ? true : undefined;
        };
        const state = async () => `${seen.length} of ${kept.length} ${failures.slice(-5).join('; ')}`;
        await whileGrowing('all of it to be read', isAllRead, { figure: async () => seen.length, within: TIMEOUT_MS, state });
        expect(acknowledged[partition]!.filter((text) => !new Set(kept).has(text))).toEqual([]);
        expect(new Set(kept).size).toBe(kept.length);
        expect(seen).toEqual(kept);
      }
      expect(wrong).toEqual([]);
    },
  };
}
