import { useQuery } from '@tanstack/react-query';

/** Where a trace is shown outside BeTrace, from the server's configuration. */
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

/** The time in the link extends this far before and after a violation (ms), so that it covers the whole trace. */
const AROUND_MS = 30 * 60_000;

/** The link to the trace of a violation. Values are escaped, so a trace's id cannot change the target. */
export function traceLinkOf(link: TraceLink, { wire_trace_id, wire_span_id = '', timestamp_ms }: Linked): string {
  const parts: Readonly<Record<string, string>> = {
    trace_id: wire_trace_id,
    span_id: wire_span_id,
    from: String(timestamp_ms - AROUND_MS),
    to: String(timestamp_ms + AROUND_MS),
  };
  return link.url.replaceAll(/\{(trace_id|span_id|from|to)\}/g, (_, part: string) => encodeURIComponent(parts[part] ?? ''));
}

/** Requested once, because only the server's configuration changes it; undefined if the server has none. */
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
