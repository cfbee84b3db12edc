import type { EvaluationProgress } from '#ui/api/types';
import { plural } from '#ui/format/count';
import { RequestProblem, request } from '../api/request';

export interface Connection {
  /** `warning`: there is data to show, and a part of BeTrace does not work, or is late. */
  readonly status: 'success' | 'warning' | 'error';
  /** The first broken hop and its remedy, or that all work. */
  readonly message: string;
}

interface Readiness {
  readonly status?: string;
  readonly checks?: Readonly<Record<string, string>>;
}

/** Checks by their names in `/ready`, as they are shown. */
const HOPS: Readonly<Record<string, string>> = {
  storage: 'storage',
  rule_engine: 'the rule engine',
  otlp_exporter: 'the export of violations',
};

/** An evaluator that is this far behind (ms) is late, or does not run. */
const LATE_MS = 60_000;
const AGAIN_MS = 3_000;

/** Checks hop by hop: from Grafana to BeTrace, the key, BeTrace's readiness, and its evaluators, which may be other processes. */
export async function connectionOf(proxy: string): Promise<Connection> {
  const reached = await reach(proxy);
  if ('message' in reached) return reached;
  try {
    await request(proxy, 'v1/rules', { params: { limit: 1 } });
  } catch (error) {
    return { status: 'error', message: `BeTrace answers, and refuses to be read: ${keyAdvice(error as RequestProblem)}` };
  }
  const broken = Object.entries(reached.checks ?? {}).filter(([, state]) => state !== 'ok' && state !== 'off');
  if (broken.length > 0) {
    const said = broken.map(([check, state]) => `${HOPS[check] ?? check}: ${state}`).join('; ');
    // Degraded: spans are accepted and stored, so there is data to show.
    return { status: reached.status === 'not_ready' ? 'error' : 'warning', message: `Grafana reaches BeTrace. In BeTrace: ${said}` };
  }
  const late = await lateness(proxy);
  if (late !== undefined) return { status: 'warning', message: `Grafana reaches BeTrace. Behind it: ${late}` };
  return { status: 'success', message: 'Grafana reaches BeTrace, and all that BeTrace checks is ok.' };
}

/** What the evaluators lack, all of them; undefined: nothing. */
async function lateness(proxy: string): Promise<string | undefined> {
  try {
    const first = await latePartitions(proxy);
    if (first.late.length === 0) return undefined;
    // After a silence, the position is old for a moment when a record arrives.
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    const { late: still, all } = await latePartitions(proxy);
    // The log time of a partition is that of its oldest trace, which may be open for long: what waited at first must wait still.
    const late = still.filter(({ partition, judged_to: judgedTo = 0 }) =>
      first.late.some((before) => before.partition === partition && judgedTo < before.end_offset),
    );
    if (late.length === 0) return undefined;
    const records = late.reduce((sum, { behind_records: behind }) => sum + behind, 0);
    const of = late.length === all ? '' : ` of ${all}`;
    return `${plural(records, 'record')} in ${plural(late.length, 'partition')}${of} wait for an evaluator for more than a minute. Do evaluators run? /ready and the log of each say what they lack.`;
  } catch (error) {
    return `how far its evaluators are is not known (${(error as RequestProblem).message})`;
  }
}

async function latePartitions(proxy: string) {
  const { at, partitions } = await request<EvaluationProgress>(proxy, 'v1/evaluation');
  const isLate = (logTime: string): boolean => Date.parse(at) - Date.parse(logTime) > LATE_MS;
  const late = partitions.filter(
    ({ behind_records: behind, judged_to: judgedTo, log_time: logTime }) =>
      behind > 0 && (judgedTo === undefined || (logTime !== undefined && isLate(logTime))),
  );
  return { late, all: partitions.length };
}

async function reach(proxy: string): Promise<Readiness | Connection> {
  try {
    return await readiness(proxy);
  } catch (error) {
    const { status, message } = error as RequestProblem;
    const where = status === 502 || status === 504 || status === 0 ? '' : `Grafana's data proxy answered ${status}: `;
    return { status: 'error', message: `Grafana to BeTrace: ${where}${message}` };
  }
}

async function readiness(proxy: string): Promise<Readiness> {
  try {
    const answer = await request<Readiness | undefined>(proxy, 'ready');
    if (answer?.checks === undefined) throw new RequestProblem(200, 'what answers at this URL is not BeTrace.', undefined);
    return answer;
  } catch (error) {
    // 503 has the same body, which names the failing part.
    const said = (error as RequestProblem).body as Readiness | undefined;
    if (said?.checks === undefined) throw error;
    return said;
  }
}

function keyAdvice({ status, message }: RequestProblem): string {
  // Grafana turns a 401 into a 400.
  return status === 400 || status === 401 ? `set an API key that may read rules (${message})` : message;
}
