import { encodeRequest, isTraceId } from '#otlp';
import type { Store } from '#store';
import { ApiError } from '../../api-error.js';
import { absent } from '../../not-found.js';
import { signedRecord } from '../violation.dto.js';
import type { RecentTraces } from './recent-traces.js';
import type { TraceView } from './trace.dto.js';
import type { TracePlace, TraceReader } from './trace-reader.js';

/** The spans of a trace from the log. */
export interface FoundTrace {
  /** OTLP requests, in log order. */
  readonly requests: readonly Uint8Array[];
  /** False if the log has already deleted some of the trace's records, or may have. */
  readonly complete: boolean;
}

interface FoundPlace extends TracePlace {
  /** The id in errors. */
  readonly id: string;
  /** False if the log may have had earlier records of the trace. */
  readonly whole: boolean;
}

/** Maximum of violations read to locate a trace: a rule about spans may have one for each span. */
const MAX_VIOLATIONS = 1_000;

/**
 * Finds the spans of a trace by its id, if the trace violated a rule: its violations locate it. With `any`, for callers who may see every trace, it searches
 * the end of the log for others.
 */
export class TraceFinder {
  constructor(
    private readonly store: Store,
    private readonly traceReader: TraceReader,
    private readonly recent: RecentTraces,
  ) {}

  /**
   * Throws BT_API_TRACE_UNKNOWN, BT_API_TRACE_GONE, and with `any` BT_API_TRACES_BUSY.
   * @param traceId the id as the sender wrote it, or 32 hex digits
   */
  async find(traceId: string, any: boolean): Promise<FoundTrace> {
    const { id, whole, ...place } = await this.locate(traceId, any);
    const { requests, complete } = await this.traceReader.requests(place);
    if (requests.length === 0) throw new ApiError('BT_API_TRACE_GONE', { id });
    return { requests: requests.map(encodeRequest), complete: complete && whole };
  }

  /** The spans as the API shows them. Throws like `find`. */
  async view(traceId: string, any: boolean): Promise<TraceView> {
    const { id, whole, ...place } = await this.locate(traceId, any);
    const trace = await this.traceReader.read(place);
    if (trace.spans.length === 0) throw new ApiError('BT_API_TRACE_GONE', { id });
    return { ...trace, complete: trace.complete && whole };
  }

  private async locate(traceId: string, any: boolean): Promise<FoundPlace> {
    const { violations } = await this.store.violationsFrom({ traceId }, { limit: MAX_VIOLATIONS });
    const [first, ...others] = violations.map(signedRecord);
    if (first === undefined) {
      const place = any ? await this.recent.place(traceId) : undefined;
      if (place === undefined) throw absent(traceId, () => new ApiError('BT_API_TRACE_UNKNOWN', { trace_id: traceId.slice(0, 100) }));
      const trace_id = isTraceId(traceId) ? place.wire_trace_id : traceId;
      return { id: traceId.slice(0, 100), trace_id, ...place };
    }
    const { id, trace_id, wire_trace_id } = first;
    // A trace judged in fragments is in the ranges of all of them.
    const logs = [first, ...others].filter((record) => record.wire_trace_id === wire_trace_id).map(({ log }) => log);
    const log = {
      partition: first.log.partition,
      first_offset: Math.min(...logs.map(({ first_offset }) => first_offset)),
      last_offset: Math.max(...logs.map(({ last_offset }) => last_offset)),
    };
    return { id, trace_id, wire_trace_id, log, whole: true };
  }
}
