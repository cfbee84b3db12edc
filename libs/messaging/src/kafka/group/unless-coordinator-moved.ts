import { setTimeout as pause } from 'node:timers/promises';
import { withDeadline } from '#waiting';
import { Connection } from '../client/connection.js';

/** How long (ms) a member waits for its coordinator before it checks for another one, and between two checks. */
const LOOK_MS = 2_000;
/** A broker that does not answer within this time (ms) counts as hanging. */
const ANSWER_MS = 5_000;

interface Waiting {
  readonly group: string;
  readonly topic: string;
  /** The connection of the answer. It is reset when another broker coordinates the group. */
  readonly connection: Connection;
  /** No coordinator of the group answers now. */
  failed(error: Error): void;
}

/**
 * Waits for an answer of a group's coordinator. The coordinator may hold it back until the group is complete, so its silence does not show a failure. Meanwhile other brokers are queried over separate connections. Once another broker answers as the coordinator, `answer` rejects and the first one is left. While the
 * coordinator stays the same, however slow, the wait continues. A second join would make the group wait for a member that does not exist.
 */
export async function unlessCoordinatorMoved<T>(answer: Promise<T>, waiting: Waiting): Promise<T> {
  const ended = new AbortController();
  const looks = look(waiting, ended.signal).catch(() => undefined);
  try {
    return await answer;
  } finally {
    ended.abort();
    await looks;
  }
}

async function look({ group, topic, connection, failed }: Waiting, ended: AbortSignal): Promise<void> {
  let own: Connection | undefined;
  const close = (): void => own?.close();
  ended.addEventListener('abort', close);
  // While a connection is being opened there is no answer to wait for: it gets another period.
  let unconnected = 0;
  for (;;) {
    await pause(LOOK_MS, undefined, { signal: ended });
    own ??= new Connection(connection.settings, () => undefined);
    try {
      const answer = own.withCoordinator(group, topic, async (broker) => {
        await broker.describeGroups({ groupIds: [group] });
        return broker.nodeId;
      });
      const found = await withDeadline(answer, ANSWER_MS, () => new Error(`no coordinator of ${group} answered within ${ANSWER_MS} ms`));
      const present = connection.coordinator(group);
      unconnected = present === undefined ? unconnected + 1 : 0;
      if (!ended.aborted && (present === undefined ? unconnected > 1 : present !== found)) connection.reset();
    } catch (error) {
      if (ended.aborted) return;
      own.reset();
      failed(error as Error);
    }
  }
}
