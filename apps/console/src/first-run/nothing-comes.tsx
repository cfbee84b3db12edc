import { useEffect, useState } from 'react';
import { plural } from '#ui/format/count';
import { useReadings } from '../overview/readings/use-readings';

/** How long (ms) without a span until hints are shown. */
const LATE_AFTER_MS = 60_000;

/** The usual reasons for missing spans, and what the receivers refused meanwhile; shown after a minute. */
export function NothingComes({ waits }: { readonly waits: boolean }) {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setTimeout(() => setLate(true), LATE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [waits]);
  return waits && isLate ? <Reasons /> : null;
}

function Reasons() {
  const { readings } = useReadings();
  const refused = (readings.at(-1)?.metrics.get('betrace_ingest_requests_total') ?? []).filter(
    ({ labels, value }) => value > 0 && labels['outcome'] !== 'ok' && labels['outcome'] !== 'partial',
  );
  return (
    <div className="banner warn tour-late" role="status">
      <div className="stack tight">
        <b>Nothing came for a minute.</b>
        <ul>
          <li>The sender has another address, or a proxy is between: does it reach {location.origin}/health?</li>
          <li>One side speaks TLS and the other does not: http:// and https:// in its endpoint.</li>
          <li>
            gRPC was sent to {location.origin}, which takes http/protobuf, or HTTP to the port of gRPC (12012, unless another is set).
          </li>
        </ul>
        {refused.length === 0 ? null : (
          <p>
            This server refused{' '}
            {refused
              .map(({ labels, value }) => `${plural(value, 'request')} (${(labels['outcome'] ?? '').replaceAll('_', ' ')})`)
              .join(', ')}
            .
          </p>
        )}
      </div>
    </div>
  );
}
