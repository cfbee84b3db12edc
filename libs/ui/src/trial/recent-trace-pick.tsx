import { RefreshCw } from 'lucide-react';
import type { RecentTrace } from '../api/types';
import { plural } from '../format/count';
import { duration } from '../format/duration';
import { plainText } from '../format/plain-text';
import { ago } from '../format/time';
import { useNow } from '../format/use-now';
import { ErrorBanner } from '../parts/error-banner';
import { Pick } from '../parts/pick';

/** Closed traces at the end of the log, the newest first, with and without violations. */
export interface RecentTraces {
  /** Undefined until they are read. */
  readonly traces: readonly RecentTrace[] | undefined;
  readonly error: Error | undefined;
  readonly isReading: boolean;
  readonly read: () => void;
}

interface RecentTracePickProps {
  readonly recent: RecentTraces;
  readonly value: string;
  readonly onChange: (traceId: string) => void;
}

export function RecentTracePick({ recent: { traces, error, isReading, read }, value, onChange }: RecentTracePickProps) {
  const now = useNow();
  return (
    <div className="stack tight">
      <div className="head trace-pick">
        <Pick
          label="Trace"
          value={value}
          options={(traces ?? []).map((trace) => ({ value: trace.trace_id, text: wordsOf(trace, now) }))}
          onChange={onChange}
        />
        <button type="button" className="btn" disabled={isReading} onClick={read}>
          <RefreshCw className="i" aria-hidden="true" />
          Refresh
        </button>
      </div>
      {error === undefined ? null : <ErrorBanner what="The recent traces could not be read." error={error} onRetry={read} />}
      {traces?.length === 0 ? <p className="dim small">No trace at the end of the log is closed yet.</p> : null}
      <p className="dim small">Traces that came last, with and without a violation. A preview looks at all that the log has.</p>
    </div>
  );
}

/** Longer ones would leave no room for the rest. */
const NAME_LENGTH = 40;

function wordsOf({ name, service, spans, errors, duration_ms, received_at, complete }: RecentTrace, now: number): string {
  const parts = [
    service === '' ? plainText(name, NAME_LENGTH) : `${plainText(name, NAME_LENGTH)} in ${plainText(service, NAME_LENGTH)}`,
    plural(spans, 'span'),
    duration(duration_ms * 1e6),
    ...(errors === 0 ? [] : [plural(errors, 'error')]),
    ...(complete ? [] : ['incomplete']),
    ago(Date.parse(received_at), now),
  ];
  return parts.join(', ');
}
