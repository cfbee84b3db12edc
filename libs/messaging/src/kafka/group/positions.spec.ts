import { describe, expect, it } from '@jest/globals';
import { logProblem } from '../../problems.js';
import type { Connection } from '../client/connection.js';
import type { WireBroker } from '../client/kafkajs.js';
import { type Committer, Positions } from './positions.js';

type OffsetCommit = Parameters<WireBroker['offsetCommit']>[0];

/** A coordinator whose responses the test controls, because only its requests matter here. */
class Coordinator {
  readonly commits: OffsetCommit[] = [];
  answers = (): Promise<unknown> => Promise.resolve();

  get connection(): Connection {
    const broker = {
      offsetCommit: async (request: OffsetCommit) => {
        this.commits.push(request);
        await this.answers();
      },
    } as unknown as WireBroker;
    const withCoordinator: Connection['withCoordinator'] = (_group, _topic, work) => work(broker);
    return { withCoordinator } as unknown as Connection;
  }

  get positions(): (readonly [number, string])[] {
    return this.commits.flatMap(({ topics }) =>
      topics.flatMap(({ partitions }) => partitions.map(({ partition, offset }) => [partition, offset] as const)),
    );
  }
}

const ALONE: Committer = { memberId: 'a', generationId: 1, instanceId: undefined };
const at = (offset: number) => ({ offset, metadata: '' });

describe('the positions of a group', () => {
  it("a commit delayed past a reassignment does not overwrite the successor's position", async () => {
    const coordinator = new Coordinator();
    const hanging = Promise.withResolvers<void>();
    coordinator.answers = () => hanging.promise;
    let committer: Committer = { memberId: 'old', generationId: 1, instanceId: undefined };
    const positions = new Positions(coordinator.connection, 't', 'g', () => committer);
    let held = true;
    const first = positions.commit(0, at(1), () => true);
    const late = positions.commit(1, at(5), () => held);
    const kept = positions.commit(2, at(7), () => true);
    // The member was considered dead, lost its partitions, and rejoined: the coordinator would accept its commit for every partition.
    held = false;
    committer = { memberId: 'new', generationId: 3, instanceId: undefined };
    hanging.resolve();
    await expect(late).rejects.toMatchObject({ code: 'BT_LOG_NOT_ASSIGNED' });
    await Promise.all([first, kept]);
    expect(coordinator.positions).toEqual([
      [0, '1'],
      [2, '7'],
    ]);
    expect(coordinator.commits.at(-1)).toMatchObject({ memberId: 'new', groupGenerationId: 3 });
  });

  it('commits during another one are sent together, the last of each partition', async () => {
    const coordinator = new Coordinator();
    const positions = new Positions(coordinator.connection, 't', 'g', () => ALONE);
    const all = [1, 2, 3, 4].map((offset) => positions.commit(0, at(offset), () => true));
    await Promise.all([...all, positions.commit(1, at(9), () => true)]);
    expect(coordinator.positions).toEqual([
      [0, '1'],
      [0, '4'],
      [1, '9'],
    ]);
  });

  it('a member whose name another process has taken does not try again: the position is no longer its own', async () => {
    const coordinator = new Coordinator();
    coordinator.answers = async () => {
      throw Object.assign(new Error('the name is taken'), { type: 'FENCED_INSTANCE_ID' });
    };
    let fenced = 0;
    const positions = new Positions(
      coordinator.connection,
      't',
      'g',
      () => ALONE,
      () => fenced++,
    );
    await expect(positions.commit(0, at(4), () => true)).rejects.toMatchObject({ code: 'BT_LOG_NOT_ASSIGNED' });
    expect([coordinator.commits.length, fenced]).toEqual([1, 1]);
  });

  it('a static member that hung and joined again does not take itself for another process, whichever answer comes first', async () => {
    const coordinator = new Coordinator();
    let committer: Committer = { memberId: 'before', generationId: 1, instanceId: undefined };
    const isHeld = { lost: true, kept: true };
    coordinator.answers = async () => {
      if (committer.memberId !== 'before') return;
      // The session has ended: another request learns of it, and the member joins again before the commit is answered.
      isHeld.lost = false;
      committer = { memberId: '', generationId: -1, instanceId: undefined };
      setTimeout(() => {
        committer = { memberId: 'after', generationId: 3, instanceId: undefined };
      }, 10);
      throw Object.assign(new Error('the name has another member id'), { type: 'FENCED_INSTANCE_ID' });
    };
    let fenced = 0;
    const positions = new Positions(
      coordinator.connection,
      't',
      'g',
      () => committer,
      () => fenced++,
    );
    const kept = positions.commit(1, at(5), () => isHeld.kept);
    await expect(positions.commit(0, at(4), () => isHeld.lost)).rejects.toMatchObject({ code: 'BT_LOG_NOT_ASSIGNED' });
    await kept;
    expect(coordinator.commits.at(-1)).toMatchObject({ memberId: 'after' });
    expect(fenced).toBe(0);
  });

  it('a stop that has closed the connection is not held up by retries of a commit', async () => {
    const coordinator = new Coordinator();
    coordinator.answers = async () => {
      throw logProblem('BT_LOG_CLOSED', {}, new Error('the connection is given up'));
    };
    const positions = new Positions(coordinator.connection, 't', 'g', () => ALONE);
    await expect(positions.commit(0, at(4), () => true)).rejects.toMatchObject({ code: 'BT_LOG_CLOSED' });
    expect(coordinator.commits.length).toBe(1);
  });

  it('a failure passes: the same position is committed a moment later', async () => {
    const coordinator = new Coordinator();
    coordinator.answers = async () => {
      if (coordinator.commits.length < 3) throw Object.assign(new Error('between two generations'), { type: 'REBALANCE_IN_PROGRESS' });
    };
    const positions = new Positions(coordinator.connection, 't', 'g', () => ALONE);
    await positions.commit(0, at(4), () => true);
    expect(coordinator.positions).toEqual([
      [0, '4'],
      [0, '4'],
      [0, '4'],
    ]);
  });
});
