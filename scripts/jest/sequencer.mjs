// Orders test files. The longest come first: a long file that starts last runs alone, and a fresh clone knows no durations. After every two files that start
// processes, and mostly wait, comes one that computes.
import TestSequencer from '@jest/test-sequencer';
import { slotsOf } from './slots.mjs';

const FIRST = [
  '/test/kafka/ingest-outage.spec',
  '/test/chaos/',
  '/test/kafka/',
  // 40 s and more on two cores.
  '/apps/grafana/test/plugin.spec',
  '/test/openapi/served-document.spec',
  '/test/e2e/operator-guide.spec',
  '/test/e2e/preview.spec',
  '/test/peers/collector-kafka.spec',
  '/test/e2e/damaged-files.spec',
  '/test/e2e/downtime.spec',
  '/hostile-content.spec',
  '/apps/console/test/',
  '/libs/engine/src/partition/silent-mistakes.spec',
  '/test/examples/large-traces.spec',
  '/libs/engine/src/assembly/seen/seen-spans.spec',
  '/libs/dsl/src/compile/gives-up.spec',
  '/libs/engine/src/partition/differential.spec',
  '/test/examples/',
  '/libs/engine/src/partition/told-contradictions.spec',
  '/libs/engine/src/partition/restart.spec',
];

// On a fresh clone it waits for a build that runs at the same time (.ci/run).
const LAST = ['/test/deploy/api-server.spec'];

const Sequencer = TestSequencer.default ?? TestSequencer;

export default class LongestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const rank = ({ path }) => {
      const at = FIRST.findIndex((part) => path.includes(part));
      if (at >= 0) return at;
      return FIRST.length + (LAST.some((part) => path.includes(part)) ? 1 : 0);
    };
    const ranked = sorted.toSorted((a, b) => rank(a) - rank(b));
    const computing = ranked.filter(({ path }) => slotsOf(path) === 0);
    const waiting = ranked.filter(({ path }) => slotsOf(path) > 0);
    const mixed = waiting.flatMap((test, index) => (index % 2 === 1 ? [test, ...computing.splice(0, 1)] : [test]));
    return [...mixed, ...computing];
  }
}
