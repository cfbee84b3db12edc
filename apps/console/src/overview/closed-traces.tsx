import { exactCount, share } from '#ui/format/count';
import { type Reading, total } from './readings/readings';

const REASONS: Readonly<Record<string, string>> = {
  root_grace: 'its root came, and nothing after it',
  idle_timeout: 'it was quiet',
  max_age: 'its greatest age',
  max_spans: 'it was full',
};

/** The close reasons of traces since the process started. */
export function ClosedTraces({ reading }: { readonly reading: Reading }) {
  const counts = (reading.metrics.get('betrace_traces_closed_total') ?? [])
    .map(({ labels, value }) => ({ reason: labels['reason'] ?? '', count: value }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const all = total(reading, 'betrace_traces_closed_total') ?? 0;
  if (counts.length === 0) return <p className="body dim">No trace was closed since this process started.</p>;
  return (
    <div className="body">
      {counts.map(({ reason, count }) => (
        <div className="diff-row" key={reason}>
          <span>
            {REASONS[reason] ?? reason} <span className="mono faint small">{reason}</span>
          </span>
          <span className="num">
            <b>{exactCount(count)}</b> <span className="faint">{share(count, all)}</span>
          </span>
          <svg viewBox="0 0 200 6" preserveAspectRatio="none" aria-hidden="true" className="thin span-2">
            <rect className="f-accent" width={(200 * count) / all} height="6" />
          </svg>
        </div>
      ))}
    </div>
  );
}
