// `npm run chaos [-- --seed 7 --minutes 10 --brokers 1]`: all dangers repeatedly, in an order from the seed. With BETRACE_TRACE_MAX_AGE=4s BETRACE_TRACE_LATE_WINDOW=3s
// outages and late spans split many traces into fragments.
import { parseArgs } from 'node:util';
import { Cluster } from '../harness/kafka/cluster.js';
import { DANGERS, type DangerName, LAST_DANGERS, THREE_BROKER_DANGERS } from './dangers.js';
import { Random } from './random.js';
import { CHAOS_BROKER_SETTINGS, CHAOS_ENV, runChaos, startProcesses } from './run-chaos.js';
import { clusterLog } from './send.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    brokers: { type: 'string', default: '3' },
    rate: { type: 'string', default: '20' },
    only: { type: 'string', multiple: true },
  },
});
const why = await Cluster.whyNot();
if (why !== undefined) {
  process.stderr.write(`betrace: ${why}\n`);
  process.exit(1);
}
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const brokers = values.brokers === '1' ? 1 : 3;
const possible = (Object.keys(DANGERS) as DangerName[]).filter((name) => brokers === 3 || !THREE_BROKER_DANGERS.has(name));
const wanted = (values.only as DangerName[] | undefined) ?? possible;
const names = wanted.filter((name) => name !== LAST_DANGERS[0]);
const random = new Random(seed);
const since = performance.now();
const say = (text: string): void => console.log(`${((performance.now() - since) / 1_000).toFixed(1).padStart(7)} s  ${text}`);

/** A danger with the calm after it takes about 7 s. */
const rounds = Math.max(1, Math.round((Number(values.minutes) * 60) / (7 * Math.max(1, names.length))));
const last = names.length < wanted.length ? LAST_DANGERS : [];
const dangers = [...Array.from({ length: rounds }, () => random.shuffled(names)).flat(), ...last];
say(`seed ${seed}: ${dangers.length} dangers`);
const cluster = await Cluster.start(CHAOS_ENV, CHAOS_BROKER_SETTINGS, brokers);
await cluster.linkDatabase();
await startProcesses(cluster);
say('the cluster runs');
const log = await clusterLog(cluster);
const plan = { seed, dangers, rate: Number(values.rate), calm: 3, say };
const { traces, repeated, reference, differences, missed } = await runChaos(cluster, log, plan);
const parts = new Set(reference.revisions.map(({ id, log }) => `${id} ${log.first_offset}`)).size;
const violations = new Set(reference.revisions.map(({ id }) => id)).size;
if (parts > violations) say(`${parts - violations} violations were found in more than one fragment of their trace`);
for (const sentence of [...differences, ...missed.slice(0, 5).map((one) => `not as planned: ${one}`)]) say(sentence);
const ok = differences.length === 0 && missed.length === 0;
say(
  `${ok ? 'as undisturbed' : `FAILED with seed ${seed}`}: ${traces} traces, ${repeated} requests repeated, ${reference.revisions.length} revisions`,
);
if (!ok) say(cluster.logs('warn'));
await log.close();
await cluster.stop();
process.exit(ok ? 0 : 1);
