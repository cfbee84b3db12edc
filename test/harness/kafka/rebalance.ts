import { KafkaClient, logLevel } from '../../../libs/messaging/src/kafka/client/kafkajs.js';
import { eventually } from '../eventually.js';

const TIMEOUT_MS = 60_000;
/** The pause (ms) between two looks: members join again within a heartbeat. */
const LOOK_MS = 10;

/** Begins something that moves partitions within a group. Resolves in the moment in which the broker rebalances the group, or has just done so. */
export async function inRebalance(brokers: readonly string[], group: string, begin: () => void): Promise<void> {
  const admin = new KafkaClient({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const look = async () => {
      const [found] = (await admin.describeGroups([group])).groups;
      return {
        state: found?.state,
        members: (found?.members ?? [])
          .map(({ memberId }) => memberId)
          .toSorted()
          .join(),
      };
    };
    const stable = async () => {
      const found = await look();
      return found.state === 'Stable' ? found : undefined;
    };
    const { members } = await eventually(`${group} to be stable`, stable, TIMEOUT_MS, LOOK_MS);
    begin();
    const moves = async () => {
      const found = await look();
      return found.state !== 'Stable' || found.members !== members ? true : undefined;
    };
    await eventually(`${group} to rebalance`, moves, TIMEOUT_MS, LOOK_MS);
  } finally {
    await admin.disconnect();
  }
}
