import { controlOf, type Log } from '#messaging';
import { decodeRequest, plainMap, type TraceRequest } from '#otlp';
import { TOPICS } from '#records';
import { indexedText } from '#store';
import type { LogWindow } from './log-windows.js';
import type { FeatureNumbers } from './trace-features.js';

/** Maximum of spans and bytes read for one answer. */
const SPANS = 30_000;
const BYTES = 24 * 1024 * 1024;
/** Records at an end of a window after which the log continues: a trace with spans there may have others outside. */
const EDGE = 10;

/** A trace as seen within a window. */
export interface SampledTrace {
  readonly features: Set<number>;
  /** As groups have them: a long name is cut. */
  readonly services: Set<string>;
  /** Whether it has a root, the parent of each span, and no spans at an end of the window. */
  complete: boolean;
}

interface Collected extends SampledTrace {
  readonly ids: Set<string>;
  readonly parents: Set<string>;
  hasRoot: boolean;
  readonly first: number;
  last: number;
}

export interface TraceSample {
  /** By wire trace id. */
  readonly traces: ReadonlyMap<string, SampledTrace>;
  /** The parts of the windows that were read. */
  readonly windows: readonly LogWindow[];
  readonly spans: number;
  /** Unix ms, log time, of the first and the last record read. */
  readonly since?: number;
  readonly until?: number;
}

/**
 * Reads the traces of windows of the spans log, in order, up to a limit. A trace that overlaps several windows is sampled from the first. Rejects the log's
 * error.
 */
export async function sampleTraces(log: Log, windows: readonly LogWindow[], features: FeatureNumbers): Promise<TraceSample> {
  const traces = new Map<string, SampledTrace>();
  const read: LogWindow[] = [];
  const left = { spans: SPANS, bytes: BYTES };
  let since: number | undefined;
  let until: number | undefined;
  for (const { partition, ...asked } of windows) {
    const { start, end } = await log.bounds(TOPICS.spans, partition);
    const [from, to] = [Math.max(asked.from, start), Math.min(asked.to, end)];
    if (from >= to) continue;
    const found = new Map<string, Collected>();
    let next = from;
    for await (const { records } of log.read(TOPICS.spans, partition, from, to)) {
      for (const record of records) {
        if (left.spans <= 0 || left.bytes <= 0) break;
        next = record.offset + 1;
        left.bytes -= record.value.length;
        since = Math.min(since ?? record.timestamp, record.timestamp);
        until = Math.max(until ?? record.timestamp, record.timestamp);
        if (controlOf(record) !== undefined) continue;
        left.spans -= collect(found, requestOf(record.value), features, record.offset);
        // Yields to receivers.
        await new Promise(setImmediate);
      }
      if (left.spans <= 0 || left.bytes <= 0) break;
    }
    if (next === from) continue;
    const inside = { from: from > start ? from + EDGE : from, to: next < end ? next - EDGE : next };
    for (const [id, trace] of found) {
      trace.complete = isComplete(trace, inside);
      if (!traces.has(id)) traces.set(id, trace);
    }
    read.push({ partition, from, to: next });
    if (left.spans <= 0 || left.bytes <= 0) break;
  }
  const times = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
  return { traces, windows: read, spans: SPANS - left.spans, ...times };
}

function isComplete({ ids, parents, hasRoot, first, last }: Collected, inside: { readonly from: number; readonly to: number }): boolean {
  return hasRoot && first >= inside.from && last < inside.to && [...parents].every((parent) => ids.has(parent));
}

/** Empty for unreadable records, which are reported elsewhere. */
function requestOf(value: Uint8Array): TraceRequest {
  try {
    return decodeRequest(value);
  } catch {
    return { resourceSpans: [] };
  }
}

/** Returns the number of spans. */
function collect(found: Map<string, Collected>, { resourceSpans }: TraceRequest, features: FeatureNumbers, offset: number): number {
  let count = 0;
  for (const { resource, scopeSpans } of resourceSpans) {
    const attributes = plainMap(resource?.attributes ?? []);
    const ofResource = features.ofResource(attributes);
    const named = attributes['service.name'];
    const service = typeof named === 'string' ? indexedText(named) : undefined;
    for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
      count++;
      const trace = traceOf(found, span.traceId, offset);
      for (const feature of ofResource) trace.features.add(feature);
      for (const feature of features.ofSpan(span)) trace.features.add(feature);
      if (service !== undefined) trace.services.add(service);
      trace.ids.add(span.spanId);
      if (span.parentSpanId === '') trace.hasRoot = true;
      else trace.parents.add(span.parentSpanId);
      trace.last = offset;
    }
  }
  return count;
}

function traceOf(found: Map<string, Collected>, id: string, first: number): Collected {
  let trace = found.get(id);
  if (trace === undefined) {
    trace = {
      features: new Set(),
      services: new Set(),
      complete: false,
      ids: new Set(),
      parents: new Set(),
      hasRoot: false,
      first,
      last: first,
    };
    found.set(id, trace);
  }
  return trace;
}
