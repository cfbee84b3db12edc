import { type Log, partitionOfKey, readAll } from '#messaging';
import { decodeRequest } from '#otlp';
import { TOPICS, type ViolationRecord } from '#records';
import type { Configuration } from '../../libs/platform/src/configuration/settings/configuration.js';
import type { Reference } from './reference.js';
import { CHAOS_RULES, judgePlainly, type PlainSpan, type PlannedTrace } from './traces.js';

type Assembly = Configuration['traces'];

/** A span in the log. */
interface Sighting {
  readonly spanId: string;
  /** Log time of its record. */
  readonly time: number;
}

/**
 * How the verdicts of a run differ from the plan of the load. Every trace that was judged as a whole must have exactly the planned violations. A trace that an
 * outage split must have those of its fragments. Also names acknowledged spans that are not in the log.
 */
export async function differencesFromPlan(
  planned: readonly PlannedTrace[],
  log: Log,
  assembly: Assembly,
  { revisions }: Reference,
): Promise<string[]> {
  const sightings = await sightingsIn(log, new Set(planned.map(({ traceId }) => traceId)));
  const found = openIn(revisions);
  return planned.flatMap((trace) => {
    const seen = sightings.get(trace.traceId) ?? [];
    const fragments = cut(seen, assembly);
    const spans = new Map(trace.sendings.flatMap((sending) => sending.spans).map((span) => [span.span_id, span]));
    const lost = [...spans.keys()].filter((id) => !seen.some(({ spanId }) => spanId === id));
    const known = (ids: ReadonlySet<string>): PlainSpan[] => [...spans.values()].filter(({ span_id }) => ids.has(span_id));
    const expected = new Set(fragments.length === 1 ? trace.violates : fragments.flatMap((ids) => judgePlainly(known(ids))));
    const here = found.get(trace.traceId) ?? new Set();
    const where = `in ${trace.traceId} (${fragments.length} fragments)`;
    return [
      ...lost.map((id) => `span ${id} is not in the log, ${where}`),
      ...[...expected].filter((rule) => !here.has(rule)).map((rule) => `${rule} was not found ${where}`),
      ...[...here].filter((rule) => !expected.has(rule)).map((rule) => `${rule} was found ${where}`),
    ];
  });
}

/** By trace, in log order: each occurrence of a span in its partition. */
async function sightingsIn(log: Log, traces: ReadonlySet<string>): Promise<ReadonlyMap<string, Sighting[]>> {
  const found = new Map<string, Sighting[]>();
  const partitions = log.partitions(TOPICS.spans);
  for (let partition = 0; partition < partitions; partition++) {
    let time = Number.NEGATIVE_INFINITY;
    for (const { timestamp, value } of await readAll(log, TOPICS.spans, partition)) {
      time = Math.max(time, timestamp);
      for (const { traceId, spanId } of spansIn(value)) {
        if (!traces.has(traceId) || partitionOfKey(traceId, partitions) !== partition) continue;
        found.set(traceId, [...(found.get(traceId) ?? []), { spanId, time }]);
      }
    }
  }
  return found;
}

/** Empty for an unreadable record. */
function spansIn(value: Uint8Array): readonly { readonly traceId: string; readonly spanId: string }[] {
  try {
    return decodeRequest(value).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  } catch {
    return [];
  }
}

/** The span ids of each part of a trace that is judged as a unit, by docs/decisions/0012. */
function cut(sightings: readonly Sighting[], { idleTimeout, maxAge, lateWindow }: Assembly): ReadonlySet<string>[] {
  const parts: Set<string>[] = [];
  let last = Number.NEGATIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const { spanId, time } of sightings) {
    const begins = time - last >= idleTimeout + lateWindow;
    if (begins || time >= end) {
      parts.push(new Set());
      end = begins ? time + maxAge + lateWindow : (Math.floor(time / maxAge) + 1) * maxAge;
    }
    parts.at(-1)?.add(spanId);
    last = time;
  }
  return parts;
}

/** By trace: the rules of the load that a fragment violates at the end. */
function openIn(revisions: readonly ViolationRecord[]): ReadonlyMap<string, ReadonlySet<string>> {
  const ofTheLoad = new Set<string>(CHAOS_RULES.map(({ id }) => id));
  const last = new Map<string, ViolationRecord>();
  for (const violation of revisions) {
    if (ofTheLoad.has(violation.rule_id)) last.set(`${violation.id} ${violation.log.first_offset}`, violation);
  }
  const open = new Map<string, Set<string>>();
  for (const { status, wire_trace_id, rule_id } of last.values()) {
    if (status === 'open') open.set(wire_trace_id, (open.get(wire_trace_id) ?? new Set()).add(rule_id));
  }
  return open;
}
