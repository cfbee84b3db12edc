import { describe, it } from '@jest/globals';
import { Cluster } from '../harness/kafka/cluster.js';
import { whyNoGo } from './go.js';
import { whyNoPython } from './python.js';

const NEEDS = { Go: async () => whyNoGo(), Python: async () => whyNoPython(), Kafka: Cluster.whyNot };

/** Describes tests with peers; they are skipped with a reason only if the peers cannot be built. */
export async function describePeers(name: string, needs: readonly (keyof typeof NEEDS)[], tests: () => void): Promise<void> {
  const reasons = await Promise.all(needs.map((need) => NEEDS[need]()));
  const why = reasons.filter((reason) => reason !== undefined).join(' ');
  if (why === '') return describe(`Peers: ${name}`, tests);
  console.warn(`SKIPPED: Peers: ${name} (${why})`);
  describe.skip(`Peers: ${name}`, () => it('needs a peer', () => undefined));
}
