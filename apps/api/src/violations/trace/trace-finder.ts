import { encodeRequest } from '#otlp';
import type { Store } from '#store';
import { ApiError } from '../../api-error.js';
import { absent } from '../../not-found.js';
import { signedRecord } from '../violation.dto.js';
import type { TraceView } from './trace.dto.js';
import type { TracePlace, TraceReader } from './trace-reader.js';

/** The spans of a trace as the log has them. */
export interface FoundTrace {
  /** OTLP requests, in the order of the log. */
  readonly requests: readonly Uint8Array[];
  /** False when the log has already dropped some of the records in which the trace lay. */
  readonly complete: boolean;
}

/** Maximum of violations that are read to locate the trace: a rule about spans may have as many as the trace has spans. */
const MAX_VIOLATIONS = 1_000;

/** Finds the spans of a trace by its id. Where they lie is known of traces that violated some rule. */
export class TraceFinder {
  constructor(
    private readonly store: Store,
    private readonly traceReader: TraceReader,
  ) {}

  /** `traceId`: as it was sent, or 32 hex digits. Throws BT_API_TRACE_UNKNOWN, BT_API_TRACE_GONE. */
  async find(traceId: string): Promise<FoundTrace> {
    const { id, ...place } = await this.locate(traceId);
    const { requests, complete } = await this.traceReader.requests(place);
    if (requests.length === 0) throw new ApiError('BT_API_TRACE_GONE', { id });
    return { requests: requests.map(encodeRequest), complete };
  }

  /** The spans as they are shown. Throws as `find`. */
  async view(traceId: string): Promise<TraceView> {
    const { id, ...place } = await this.locate(traceId);
    const trace = await this.traceReader.read(place);
    if (trace.spans.length === 0) throw new ApiError('BT_API_TRACE_GONE', { id });
    return trace;
  }

  private async locate(traceId: string): Promise<TracePlace & { readonly id: string }> {
    const { violations } = await this.store.violationsFrom({ traceId }, { limit: MAX_VIOLATIONS });
    const [first, ...others] = violations.map(signedRecord);
    if (first === undefined) throw absent(traceId, () => new ApiError('BT_API_TRACE_UNKNOWN', { trace_id: traceId.slice(0, 100) }));
    const { id, trace_id, wire_trace_id } = first;
    // A trace that was judged in fragments lies in the ranges of all of them.
    const logs = [first, ...others].filter((record) => record.wire_trace_id === wire_trace_id).map(({ log }) => log);
    const log = {
      partition: first.log.partition,
      first_offset: Math.min(...logs.map(({ first_offset }) => first_offset)),
      last_offset: Math.max(...logs.map(({ last_offset }) => last_offset)),
    };
    return { id, trace_id, wire_trace_id, log };
  }
}
