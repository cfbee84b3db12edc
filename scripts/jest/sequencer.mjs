// The order of test files. Those that start many processes come first, and run beside each other: they wait most of the time. Beside a file that computes for
// minutes, eight processes share what is left of two cores, and what they test are time-outs.
import TestSequencer from '@jest/test-sequencer';

const MANY_PROCESSES = ['/test/chaos/', '/test/kafka/'];

const Sequencer = TestSequencer.default ?? TestSequencer;

export default class ManyProcessesFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const rank = ({ path }) => {
      const at = MANY_PROCESSES.findIndex((folder) => path.includes(folder));
      return at < 0 ? MANY_PROCESSES.length : at;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
