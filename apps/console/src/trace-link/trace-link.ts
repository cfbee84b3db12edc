import { useQuery } from '@tanstack/react-query';

/** Where a trace is seen beside BeTrace, as the server says it. */
export interface TraceLink {
  /** `Tempo`. */
  readonly name: string;
  /** With `{trace_id}` in it. */
  readonly url: string;
}

interface Linked {
  readonly wire_trace_id: string;
  readonly wire_span_id?: string;
  readonly timestamp_ms: number;
}

/** Before and after a violation, in ms: what asks for a time must find the whole trace. */
const AROUND_MS = 30 * 60_000;

/** The link to the trace of a violation. What is put in is escaped: a trace's id cannot change where it leads. */
export function traceLinkOf(link: TraceLink, { wire_trace_id, wire_span_id = '', timestamp_ms }: Linked): string {
  const parts: Readonly<Record<string, string>> = {
    trace_id: wire_trace_id,
    span_id: wire_span_id,
    from: String(timestamp_ms - AROUND_MS),
    to: String(timestamp_ms + AROUND_MS),
  };
  return link.url.replaceAll(/\{(trace_id|span_id|from|to)\}/g, (_, part: string) => encodeURIComponent(parts[part] ?? ''));
}

/** Asked once, as it changes with the server's configuration alone; undefined where the server names none. */
export function useTraceLink(): TraceLink | undefined {
  const { data } = useQuery({
    queryKey: ['trace-link'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<TraceLink | null> => {
      const response = await fetch(`${location.origin}/ui/settings.json`, { signal });
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      return ((await response.json()) as { readonly trace_link?: TraceLink | null }).trace_link ?? null;
    },
  });
  return data ?? undefined;
}
