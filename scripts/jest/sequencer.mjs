// The order of test files. Those that start many processes come first, and run beside each other: they wait most of the time. Beside a file that computes for
// minutes, eight processes share what is left of two cores, and what they test are time-outs. The longest of the others follow: one that begins last runs alone,
// and a fresh clone knows no file's time.
import TestSequencer from '@jest/test-sequencer';

const FIRST = [
  '/test/kafka/ingest-outage.spec',
  '/test/chaos/',
  '/test/kafka/',
  // 40 s and more on two cores.
  '/apps/grafana/test/plugin.spec',
  '/test/openapi/served-document.spec',
  '/libs/dsl/src/compile/gives-up.spec',
  '/test/examples/',
  '/test/peers/collector-kafka.spec',
  '/test/e2e/damaged-files.spec',
  '/test/e2e/downtime.spec',
  '/hostile-content.spec',
  '/libs/engine/src/partition/restart.spec',
  '/apps/console/test/',
];

const Sequencer = TestSequencer.default ?? TestSequencer;

export default class LongestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const rank = ({ path }) => {
      const at = FIRST.findIndex((part) => path.includes(part));
      return at < 0 ? FIRST.length : at;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
