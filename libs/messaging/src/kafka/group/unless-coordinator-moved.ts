import { setTimeout as pause } from 'node:timers/promises';
import { withDeadline } from '#platform';
import { Connection } from '../connection.js';

/** How long (ms) a member waits for its coordinator before it looks whether there is another one, and between two looks. */
const LOOK_MS = 2_000;
/** A broker that is asked answers within so long (ms), or counts as one that hangs. */
const ANSWER_MS = 5_000;

interface Waiting {
  readonly group: string;
  readonly topic: string;
  /** Over which the answer comes. It is reset when another broker coordinates the group. */
  readonly connection: Connection;
  /** No coordinator of the group answers at present. */
  failed(error: Error): void;
}

/**
 * Waits for an answer that a group's coordinator may hold back for as long as the group takes to come together, so that its silence says
 * nothing. Meanwhile brokers are asked over connections of its own: once another one answers as the coordinator, the first is left, and
 * `answer` rejects. While it is the same, slow as it may be, nothing is given up: a join that is made twice makes the group wait for a
 * member that nobody is.
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
  // One that is still being connected to has no answer to wait for: it has another while to come about.
  let unconnected = 0;
  for (;;) {
    await pause(LOOK_MS, undefined, { signal: ended });
    own ??= new Connection(connection.settings, () => undefined);
    try {
      const asked = own.withCoordinator(group, topic, async (broker) => {
        await broker.describeGroups({ groupIds: [group] });
        return broker.nodeId;
      });
      const found = await withDeadline(asked, ANSWER_MS, () => new Error(`no coordinator of ${group} answered within ${ANSWER_MS} ms`));
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
