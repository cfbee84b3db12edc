import { encodeRequest } from '#otlp';
import type { Store } from '#store';
import { ApiError } from '../../api-error.js';
import { absent } from '../../not-found.js';
import { signedRecord } from '../violation.dto.js';
import type { TraceView } from './trace.dto.js';
import type { TracePlace, TraceReader } from './trace-reader.js';

/** The spans of a trace from the log. */
export interface FoundTrace {
  /** OTLP requests, in log order. */
  readonly requests: readonly Uint8Array[];
  /** False if the log has already deleted some of the trace's records. */
  readonly complete: boolean;
}

/** Maximum of violations read to locate a trace: a rule about spans may have one for each span. */
const MAX_VIOLATIONS = 1_000;

/** Finds the spans of a trace by its id, if the trace violated a rule: its violations locate it. */
export class TraceFinder {
  constructor(
    private readonly store: Store,
    private readonly traceReader: TraceReader,
  ) {}

  /**
   * Throws BT_API_TRACE_UNKNOWN, BT_API_TRACE_GONE.
   * @param traceId as it was sent, or 32 hex digits
   */
  async find(traceId: string): Promise<FoundTrace> {
    const { id, ...place } = await this.locate(traceId);
    const { requests, complete } = await this.traceReader.requests(place);
    if (requests.length === 0) throw new ApiError('BT_API_TRACE_GONE', { id });
    return { requests: requests.map(encodeRequest), complete };
  }

  /** The spans as the API shows them. Throws like `find`. */
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
    // A trace judged in fragments lies in the ranges of all of them.
    const logs = [first, ...others].filter((record) => record.wire_trace_id === wire_trace_id).map(({ log }) => log);
    const log = {
      partition: first.log.partition,
      first_offset: Math.min(...logs.map(({ first_offset }) => first_offset)),
      last_offset: Math.max(...logs.map(({ last_offset }) => last_offset)),
    };
    return { id, trace_id, wire_trace_id, log };
  }
}
