import { memo } from 'react';
import { Link } from 'wouter';
import type { Violation } from '#ui/api/types';
import { violationSentence } from '#ui/explanation/violation-sentence';
import { plainText } from '#ui/format/plain-text';
import { SeverityBadge } from '#ui/parts/severity-badge';
import { StatusTag } from '#ui/parts/status-tag';
import { TimeAgo } from '#ui/parts/time-ago';
import { UserText } from '#ui/parts/user-text';
import { OpenTraceLink } from '../trace-link/open-trace-link';

interface ViolationRowProps {
  readonly violation: Violation;
  readonly selected: boolean;
  readonly onOpen: (id: string) => void;
}

export const ViolationRow = memo(function ViolationRow({ violation, selected, onOpen }: ViolationRowProps) {
  const { id, rule_name, severity, service, trace_id, timestamp_ms } = violation;
  const href = `/violations/${encodeURIComponent(id)}`;
  return (
    <tr
      data-row={id}
      aria-selected={selected}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a, button') === null && getSelection()?.isCollapsed !== false)
          onOpen(id);
      }}
    >
      <td className="wide">
        <SeverityBadge severity={severity} /> <StatusTag violation={violation} />
      </td>
      <td className="wide">
        <div className="what">
          <Link href={href}>
            <UserText>{rule_name}</UserText>
          </Link>
          <span className="why clamp">
            <UserText length={400}>{violationSentence(violation)}</UserText>
          </span>
        </div>
      </td>
      <td className="dim">
        <UserText length={60} className="short">
          {service}
        </UserText>
      </td>
      <td className="not-phone not-mid">
        <Link
          href={`/violations?trace_id=${encodeURIComponent(trace_id)}&start_time=0`}
          className="mono small dim nowrap"
          title={plainText(trace_id)}
        >
          <UserText length={trace_id.length > 14 ? 12 : 14} title={plainText(trace_id)}>
            {trace_id}
          </UserText>
        </Link>
      </td>
      <td className="r dim num nowrap">
        <TimeAgo ms={timestamp_ms} />
      </td>
      <td className="r not-phone">
        <div className="row-links">
          <Link className="link small nowrap" href={href} aria-label={`View Trace of ${rule_name}, ${trace_id}`}>
            View Trace
          </Link>
          <OpenTraceLink className="link small nowrap" violation={violation} />
        </div>
      </td>
    </tr>
  );
});
