import { setTimeout as pause } from 'node:timers/promises';
import type { Server } from '../server.js';
import { type Canary, canaries, PROBE_RULES, PROBE_SERVICE } from './canaries.js';
import { type FoundViolation, judgeRound, noteArrivals, type RoundResult } from './judge-round.js';

export interface ProbeOptions {
  /** Traces of a round. */
  readonly traces: number;
  /** Milliseconds after which a verdict is late, and after which it is missing. */
  readonly late: number;
  readonly timeout: number;
  /** How long (ms) to wait for unexpected violations after all expected ones have come. */
  readonly linger: number;
}

/** Milliseconds between two requests for the list. */
const POLL_MS = 500;
const PAGE = 1_000;
/** The time range begins this much (s) earlier, because clocks differ. */
const CLOCKS = 300;

/** Creates or updates the probe's rules; an unchanged rule gets no new version. */
export async function putProbeRules(api: Server): Promise<void> {
  await api.post('/v1/rules/import', { mode: 'merge', rules: PROBE_RULES });
}

/** Sends traces with known verdicts to the receiver, and waits for the verdicts. Rejects when it cannot send or query. */
export async function probeRound(ingest: Server, api: Server, options: ProbeOptions): Promise<RoundResult> {
  const sent = canaries(options.traces, Date.now());
  const since = Math.floor(Date.now() / 1_000) - CLOCKS;
  for (const { request } of sent) await ingest.post('/v1/traces', request);
  const begin = performance.now();
  const elapsed = () => performance.now() - begin;
  const due = sent.reduce((sum, { breaks }) => sum + breaks.length, 0);
  const cameAfter = new Map<string, number>();
  let found: readonly FoundViolation[] = [];
  const look = async (): Promise<void> => {
    found = await violationsOf(api, sent, since);
    noteArrivals(found, cameAfter, elapsed());
  };
  do {
    await pause(Math.min(POLL_MS, options.timeout));
    await look();
  } while (cameAfter.size < due && elapsed() < options.timeout);
  await pause(options.linger);
  await look();
  return judgeRound(sent, found, cameAfter, options.late);
}

/** The violations of these traces that are listed now: in test mode, too, the server must not wait until all is judged, which in a stuck partition never happens. */
async function violationsOf(api: Server, sent: readonly Canary[], since: number): Promise<readonly FoundViolation[]> {
  const traces = new Set(sent.map(({ traceId }) => traceId));
  const found: FoundViolation[] = [];
  for (const { id } of PROBE_RULES) {
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({
        rule_id: id,
        service: PROBE_SERVICE,
        start_time: String(since),
        limit: String(PAGE),
        settled: 'false',
      });
      if (cursor !== undefined) query.set('cursor', cursor);
      const page = (await api.get(`/v1/violations?${query}`)) as { readonly violations: readonly FoundViolation[]; readonly next?: string };
      found.push(...page.violations.filter(({ trace_id }) => traces.has(trace_id)));
      cursor = page.next;
    } while (cursor !== undefined);
  }
  return found;
}
