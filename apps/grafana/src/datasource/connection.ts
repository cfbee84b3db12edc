import { RequestProblem, request } from '../api/request';

export interface Connection {
  readonly ok: boolean;
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

/** Checks hop by hop: from Grafana to BeTrace, the key, and BeTrace's readiness. */
export async function connectionOf(proxy: string): Promise<Connection> {
  const reached = await reach(proxy);
  if ('ok' in reached) return reached;
  try {
    await request(proxy, 'v1/rules', { params: { limit: 1 } });
  } catch (error) {
    return { ok: false, message: `BeTrace answers, and refuses to be read: ${keyAdvice(error as RequestProblem)}` };
  }
  const broken = Object.entries(reached.checks ?? {}).filter(([, state]) => state !== 'ok' && state !== 'off');
  if (broken.length === 0) return { ok: true, message: 'Grafana reaches BeTrace, and all that BeTrace checks is ok.' };
  const said = broken.map(([check, state]) => `${HOPS[check] ?? check}: ${state}`).join('; ');
  // Degraded: spans are accepted and stored, so there is data to show.
  return { ok: reached.status !== 'not_ready', message: `Grafana reaches BeTrace. In BeTrace: ${said}` };
}

async function reach(proxy: string): Promise<Readiness | Connection> {
  try {
    return await readiness(proxy);
  } catch (error) {
    const { status, message } = error as RequestProblem;
    const where = status === 502 || status === 504 || status === 0 ? '' : `Grafana's data proxy answered ${status}: `;
    return { ok: false, message: `Grafana to BeTrace: ${where}${message}` };
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
  // Grafana makes 400 of a 401.
  return status === 400 || status === 401 ? `set an API key that may read rules (${message})` : message;
}
