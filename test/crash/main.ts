// `npm run crash [-- --seed 7 --kills 100 --stalls 4]`: one durable process is killed, stopped and suspended under load.
import { parseArgs } from 'node:util';
import { Random } from '../chaos/random.js';
import { plannedDangers } from './dangers.js';
import { runCrashes } from './run-crashes.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '100' },
    stalls: { type: 'string', default: '4' },
    rate: { type: 'string', default: '20' },
    'stall-seconds': { type: 'string', default: '65' },
    'late-window': { type: 'string', default: '60s' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const since = performance.now();
const say = (text: string): void => console.log(`${((performance.now() - since) / 1_000).toFixed(1).padStart(7)} s  ${text}`);

const dangers = plannedDangers(new Random(seed), Number(values.kills), Number(values.stalls));
say(`seed ${seed}: ${dangers.length} dangers`);
const { traces, ruleChanges, acknowledged, repeated, due, wrong } = await runCrashes({
  seed,
  dangers,
  rate: Number(values.rate),
  calm: 1.5,
  stall: Number(values['stall-seconds']) * 1_000,
  lateWindow: values['late-window'],
  say,
});
for (const sentence of wrong) say(sentence);
say(
  `${wrong.length === 0 ? 'all as acknowledged' : `FAILED with seed ${seed}`}: ${traces} traces, ${acknowledged} spans acknowledged, ` +
    `${repeated} requests repeated, ${ruleChanges} rule changes, ${due} violations due`,
);
process.exit(wrong.length === 0 ? 0 : 1);
