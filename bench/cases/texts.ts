import { check } from '#dsl';
import { BEGINNINGS, PIECES, repeated } from '../../test/fixtures/dsl/hostile-texts.js';
import type { BenchCase } from '../case.js';

const LENGTH = 50_000;
const ROUNDS = 3;
/** A smaller difference of two times is noise. */
const NOTICEABLE_MS = 10;

/** Whether the time to check a text grows linearly. The pieces of the fuzz tests are repeated to half of the maximum length, and to all of it. */
export const cases: readonly BenchCase[] = [
  {
    name: 'checking the worst text',
    unit: 'ns per character',
    run: async () => {
      const texts = BEGINNINGS.flatMap((beginning) => PIECES.map((piece) => ({ beginning, piece })));
      const measured = texts.map(({ beginning, piece }) => {
        const [half, whole] = [LENGTH, 2 * LENGTH].map((length) => milliseconds(repeated(beginning, piece, length))) as [number, number];
        return { text: JSON.stringify(`${beginning}${piece}…`), whole, ratio: whole > NOTICEABLE_MS ? whole / half : 0 };
      });
      const slowest = measured.reduce((a, b) => (b.whole > a.whole ? b : a));
      const steepest = measured.reduce((a, b) => (b.ratio > a.ratio ? b : a));
      const note = `${slowest.text}; twice the length takes at most ${steepest.ratio.toFixed(1)} times as long (${steepest.text})`;
      return { value: (1e6 * slowest.whole) / (2 * LENGTH), note };
    },
  },
];

/** CPU time, the minimum of some rounds. */
function milliseconds(text: string): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = process.cpuUsage();
    check(text);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1_000;
  });
  return Math.min(...rounds);
}
