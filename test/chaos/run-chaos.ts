import type { Log } from '#messaging';
import { loadConfiguration } from '#platform';
import { createRule } from '../harness/create-rule.js';
import { eventually } from '../harness/eventually.js';
import { CLUSTER_KEY, type Cluster } from '../harness/kafka/cluster.js';
import { DANGERS, type DangerName } from './dangers.js';
import { differencesFromPlan } from './expected.js';
import { differences } from './outcome.js';
import { POISON_RULES, refuseForGood } from './poison.js';
import { Random } from './random.js';
import { type Reference, referenceRun } from './reference.js';
import { FOREIGN_TOPIC, Sender } from './send.js';
import { CHAOS_RULES, type PlannedTrace, planTrace } from './traces.js';

export interface ChaosPlan {
  readonly seed: number;
  readonly dangers: readonly DangerName[];
  /** Traces started per second. */
  readonly rate: number;
  /** Approximate seconds of load between two dangers. */
  readonly calm: number;
  readonly say: (text: string) => void;
}

export interface ChaosResult {
  readonly traces: number;
  readonly repeated: number;
  readonly reference: Reference;
  /** The differences from an undisturbed run. */
  readonly differences: readonly string[];
  /** The differences of the undisturbed run from the plan of the load. */
  readonly missed: readonly string[];
}

/** Traces close early, and are remembered for longer than any outage here, unless a run wants fragments. */
const ASSEMBLY_ENV = {
  BETRACE_TRACE_ROOT_GRACE: '500ms',
  BETRACE_TRACE_IDLE_TIMEOUT: '1500ms',
  BETRACE_TRACE_MAX_AGE: process.env['BETRACE_TRACE_MAX_AGE'] ?? '60s',
  BETRACE_TRACE_LATE_WINDOW: process.env['BETRACE_TRACE_LATE_WINDOW'] ?? '300s',
};
const ASSEMBLY = loadConfiguration({ environment: ASSEMBLY_ENV }).configuration.traces;
/** Timeout (ms) for everything to settle after the last danger. */
const TIMEOUT_MS = 240_000;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The processes' environment for `runChaos`. Sessions are shorter than the dangers: partitions move. */
export const CHAOS_ENV = { ...ASSEMBLY_ENV, KAFKA_SESSION_TIMEOUT: '3s', KAFKA_RECEIVE_TOPICS: FOREIGN_TOPIC };

/** Of three brokers: leaders move back to their preferred brokers soon after a danger. */
export const CHAOS_BROKER_SETTINGS = { 'leader.imbalance.check.interval.seconds': '5' };

/** Two of each process. */
export async function startProcesses(cluster: Cluster): Promise<void> {
  await Promise.all((['api', 'api', 'ingest', 'ingest', 'evaluator', 'evaluator'] as const).map((app) => cluster.add(app)));
}

/**
 * Runs a load over a running cluster with one danger after the other. Compares the results with an undisturbed run of the same log, including its earlier
 * contents.
 */
export async function runChaos(cluster: Cluster, log: Log, plan: ChaosPlan): Promise<ChaosResult> {
  const sender = new Sender(cluster, log, new Random(plan.seed + 1));
  cluster.receiver.refuse = refuseForGood;
  await createRules(cluster);
  const load = new Load(plan, sender);
  try {
    await endanger(cluster, plan, load);
    await load.finish();
  } catch (error) {
    load.stop();
    throw new Error(`${(error as Error).message}\n${cluster.logs()}`, { cause: error });
  }
  const { planned } = load;
  plan.say(`${planned.length} traces were sent, ${sender.repeated} requests again`);
  const { reference, found } = await outcome(cluster, log, plan);
  const missed = await differencesFromPlan(planned, log, ASSEMBLY, reference);
  return { traces: planned.length, repeated: sender.repeated, reference, differences: found, missed };
}

async function createRules(cluster: Cluster): Promise<void> {
  const [api] = cluster.all('api');
  for (const rule of [...CHAOS_RULES, ...POISON_RULES]) {
    await createRule(api!, rule);
  }
}

async function endanger(cluster: Cluster, { seed, dangers, calm, say }: ChaosPlan, load: Load): Promise<void> {
  const random = new Random(seed);
  for (const name of dangers) {
    await pause(random.between(calm * 500, calm * 1_500));
    const since = performance.now();
    try {
      await DANGERS[name](cluster, random, pause);
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
    say(`${name} (${Math.round(performance.now() - since)} ms, ${load.planned.length} traces so far)`);
  }
  await pause(calm * 1_000);
}

/** Starts traces continuously, and sends each as planned. */
class Load {
  readonly planned: PlannedTrace[] = [];
  private readonly random: Random;
  private readonly giveUp = new AbortController();
  private readonly sending = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    plan: ChaosPlan,
    private readonly sender: Sender,
  ) {
    this.random = new Random(plan.seed + 2);
    this.timer = setInterval(() => this.begin(), 1_000 / plan.rate);
  }

  /** Starts no more traces, and aborts those in progress. */
  stop(): void {
    clearInterval(this.timer);
    this.giveUp.abort(new Error('the load was stopped'));
  }

  /** Starts no more traces; resolves when all spans are acknowledged. */
  async finish(): Promise<void> {
    clearInterval(this.timer);
    const timer = setTimeout(() => this.giveUp.abort(new Error('spans were not taken in time')), TIMEOUT_MS);
    await Promise.all(this.sending);
    clearTimeout(timer);
  }

  private begin(): void {
    const trace = planTrace(this.random);
    this.planned.push(trace);
    for (const { at, spans } of trace.sendings) {
      const sent = pause(at).then(() => this.sender.send(spans, this.giveUp.signal));
      this.sending.add(sent);
      sent.then(
        () => this.sending.delete(sent),
        () => undefined,
      );
    }
  }
}

/** The reference for a log of a cluster with CHAOS_ENV. */
export function undisturbed(log: Log): Promise<Reference> {
  return referenceRun(log, ASSEMBLY, CLUSTER_KEY);
}

/** Waits until the whole log is judged and everything agrees; otherwise returns the differences. */
async function outcome(cluster: Cluster, log: Log, { say }: ChaosPlan): Promise<{ reference: Reference; found: readonly string[] }> {
  let last: { reference: Reference; found: readonly string[] } = {
    reference: { revisions: [], open: -1 },
    found: ['no outcome yet'],
  };
  try {
    await eventually(
      'the same outcome as in an undisturbed run',
      async () => {
        const reference = await undisturbed(log);
        const ended = cluster.ended();
        const behind = reference.open > 0 ? [`${reference.open} traces are open`] : [];
        const found = ended.length + behind.length > 0 ? [...ended, ...behind] : await differences(cluster, log, reference);
        last = { reference, found };
        return found.length === 0 ? true : undefined;
      },
      TIMEOUT_MS,
      1_000,
    );
  } catch (error) {
    say(`${(error as Error).message}: ${String((error as Error).cause ?? '')}\n${cluster.logs('warn')}`);
  }
  return last;
}
