import { Connection } from '../../../libs/messaging/src/kafka/client/connection.js';

/** The node id of a group's coordinator. `brokers` (`host:port`) are asked; `topic` is one that the group reads. */
export async function coordinatorOf(brokers: readonly string[], group: string, topic: string): Promise<number> {
  const connection = new Connection({ kind: 'kafka', brokers, topics: [] }, () => undefined);
  try {
    return await connection.withCoordinator(group, topic, async (broker) => Number((broker as unknown as { nodeId: unknown }).nodeId));
  } finally {
    connection.close();
  }
}
