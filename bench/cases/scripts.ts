import { check, compileRules } from '#dsl';
import { attackedTrace, SCRIPT_ATTACKS } from '../../test/fixtures/dsl/rules/script-attacks.js';
import type { BenchCase } from '../case.js';

/** The default of `rules.evaluation_timeout` (ms): the limit of a script in steps, compared to its real time. */
const TIMEOUT = 100;
const ROUNDS = 5;
const trace = attackedTrace(1_000);

export const cases: readonly BenchCase[] = [
  {
    name: `scripts that are stopped after ${TIMEOUT} ms in steps: the longest`,
    unit: 'ms',
    run: async () => {
      const measured = SCRIPT_ATTACKS.filter(([, limit]) => limit === 'steps').map(([name, , text]) => ({ name, ms: milliseconds(text) }));
      measured.sort((a, b) => b.ms - a.ms);
      const [worst, second] = measured;
      const median = measured[measured.length >> 1]!;
      const shortest = measured.at(-1)!;
      const note = [
        worst!.name,
        `then ${second!.ms.toFixed(0)} (${second!.name})`,
        `median ${median.ms.toFixed(0)}`,
        `shortest ${shortest.ms.toFixed(1)} (${shortest.name})`,
      ];
      return { value: worst!.ms, note: note.join(', ') };
    },
  },
  {
    name: `an empty loop that is stopped after ${TIMEOUT} ms in steps`,
    unit: 'ms',
    run: async () => ({ value: milliseconds('local id = trace.id while true do end return id') }),
  },
];

/** CPU time, the minimum of some rounds, so that other load on the machine does not count. */
function milliseconds(text: string): number {
  const checked = check(text);
  if (!checked.ok) throw new Error(`${text}: ${checked.diagnostics[0]?.message}`);
  const rule = compileRules([{ id: 'attack', checked: checked.rule }], { timeout: TIMEOUT }).rules[0]!;
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = process.cpuUsage();
    rule.judge!(trace);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1_000;
  });
  return Math.min(...rounds);
}
