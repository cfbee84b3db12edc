import { Random } from '../chaos/random.js';
import { CHAOS_RULES, type PlannedTrace, planTrace } from '../chaos/traces.js';
import { eventually } from '../harness/eventually.js';
import { DANGERS, type DangerName } from './dangers.js';
import { DurableProcess } from './durable-process.js';
import { differences, type FoundViolation, openViolations, unsigned, violationKey } from './findings.js';
import { MovingRule } from './moving-rule.js';
import { PatientClient } from './patient-client.js';

export interface CrashPlan {
  readonly seed: number;
  readonly dangers: readonly DangerName[];
  /** Traces started per second. */
  readonly rate: number;
  /** Approximate seconds of load between two dangers. */
  readonly calm: number;
  /** Minimum milliseconds of a downtime or a suspension. */
  readonly stall: number;
  /** How long a closed trace waits for late spans, such as `60s`. A stall may be longer. */
  readonly lateWindow: string;
  readonly say: (text: string) => void;
}

export interface CrashResult {
  readonly traces: number;
  readonly ruleChanges: number;
  readonly acknowledged: number;
  readonly repeated: number;
  /** The number of expected violations, from the acknowledged spans. */
  readonly due: number;
  /** Violations that are missing, false, duplicated or without a valid signature. */
  readonly wrong: readonly string[];
}

const KEY = 'a key for the crash tests, 32 bytes';
/** Timeout (ms) for everything to settle after the last danger. */
const TIMEOUT_MS = 180_000;
/** How long (ms) the correct result must stay unchanged. */
const REST = 3_000;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * Sends a load to one durable process that is killed, stopped and suspended meanwhile, and compares its violations with the acknowledged spans. The expectation
 * comes from the load: no part of the engine computes it.
 */
export async function runCrashes(plan: CrashPlan): Promise<CrashResult> {
  const process = await DurableProcess.start({
    BETRACE_SIGNATURE_KEY: KEY,
    BETRACE_TRACE_ROOT_GRACE: '500ms',
    BETRACE_TRACE_IDLE_TIMEOUT: '1500ms',
    BETRACE_TRACE_MAX_AGE: '60s',
    BETRACE_TRACE_LATE_WINDOW: plan.lateWindow,
  });
  try {
    return await crash(process, plan);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${process.logs()}`, { cause: error });
  } finally {
    await process.end();
  }
}

async function crash(process: DurableProcess, plan: CrashPlan): Promise<CrashResult> {
  const client = new PatientClient(process, new Random(plan.seed + 1));
  const giveUp = new AbortController();
  for (const { id, ...rule } of CHAOS_RULES) await client.put(`/v1/rules/${id}`, rule, giveUp.signal);
  const load = new Load(plan, client, giveUp.signal);
  const moving = new MovingRule(client, new Random(plan.seed + 3));
  const enough = new AbortController();
  const changes = moving.run(enough.signal, giveUp.signal);
  try {
    await endanger(process, plan, load);
    enough.abort();
    const impatience = setTimeout(() => giveUp.abort(new Error('spans were not acknowledged in time')), TIMEOUT_MS);
    await Promise.all([load.finish(), changes]);
    clearTimeout(impatience);
  } finally {
    giveUp.abort(new Error('the run has ended'));
    load.stop();
    await changes.catch(() => undefined);
  }
  const due = [...load.planned.flatMap(({ traceId, violates }) => violates.map((rule) => violationKey(rule, traceId))), ...moving.expected];
  plan.say(`${load.planned.length} traces and ${moving.rounds} rule changes are acknowledged: ${due.length} violations are due`);
  const { planned } = load;
  const { acknowledged, repeated } = client;
  return {
    traces: planned.length,
    ruleChanges: moving.rounds,
    acknowledged,
    repeated,
    due: due.length,
    wrong: await wrongIn(process, due),
  };
}

async function endanger(process: DurableProcess, { seed, dangers, calm, stall, say }: CrashPlan, load: Load): Promise<void> {
  const random = new Random(seed);
  for (const [n, name] of dangers.entries()) {
    await pause(random.between(calm * 200, calm * 1_800));
    const since = performance.now();
    await DANGERS[name](process, random, pause, stall);
    say(`${n + 1}/${dangers.length} ${name} (${Math.round(performance.now() - since)} ms, ${load.planned.length} traces so far)`);
  }
  await pause(calm * 1_000);
}

/** Waits until the open violations are the expected ones, and stay so; otherwise returns the differences. */
async function wrongIn(process: DurableProcess, due: readonly string[]): Promise<string[]> {
  let found: readonly FoundViolation[] = [];
  const compare = async () => differences(due, (found = await openViolations(process.betrace)));
  try {
    await eventually('the violations that are due', async () => ((await compare()).length === 0 ? true : undefined), TIMEOUT_MS, 500);
    await pause(REST);
  } catch {
    // The differences are reported below.
  }
  const different = await compare();
  const bad = unsigned(found, KEY);
  return [...different, ...(bad.length === 0 ? [] : [`${bad.length} not validly signed, such as ${bad[0]}`])];
}

/** Starts traces continuously, and sends each as planned. */
class Load {
  readonly planned: PlannedTrace[] = [];
  private readonly random: Random;
  private readonly sending: Promise<void>[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(
    plan: CrashPlan,
    private readonly client: PatientClient,
    private readonly giveUp: AbortSignal,
  ) {
    this.random = new Random(plan.seed + 2);
    this.timer = setInterval(() => this.begin(), 1_000 / plan.rate);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Starts no more traces; resolves when all spans are acknowledged. */
  async finish(): Promise<void> {
    this.stop();
    await Promise.all(this.sending);
  }

  private begin(): void {
    const trace = planTrace(this.random);
    this.planned.push(trace);
    for (const { at, spans } of trace.sendings) {
      const sent = pause(at).then(() => this.client.send(spans, this.giveUp));
      sent.catch(() => undefined); // `finish` rejects with it.
      this.sending.push(sent);
    }
  }
}
