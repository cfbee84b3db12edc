import { Link } from 'wouter';
import type { ViolationGroup } from '#ui/api/types';
import { violationSentence } from '#ui/explanation/violation-sentence';
import { plural } from '#ui/format/count';
import { plainText } from '#ui/format/plain-text';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import { TimeAgo } from '#ui/parts/time-ago';
import { UserText } from '#ui/parts/user-text';
import type { TimeBounds } from '../differences/difference-queries';
import { GroupDifferences } from '../differences/group-differences';
import { OpenTraceLink } from '../trace-link/open-trace-link';
import type { Filters } from '../violations/filters/use-violation-filters';
import { askedFor } from '../violations/violation-queries';
import { NEWEST, useGroupMarks, useNewestOf } from './group-queries';
import { MarkList } from './mark-list';

interface GroupDetailsProps {
  readonly group: ViolationGroup;
  readonly filters: Filters;
  readonly now: number;
}

/** Below an expanded group: its newest violations, a link to all, and its notes. */
export function GroupDetails({ group, filters, now }: GroupDetailsProps) {
  const newest = useNewestOf(group, filters, now);
  const marks = useGroupMarks(group.id);
  const range = rangeOf(filters, now);
  return (
    <tr className="group-details">
      <td colSpan={6} className="wide">
        {newest.error === null ? null : (
          <ErrorBanner what="The violations of this group could not be read." error={newest.error} onRetry={() => void newest.refetch()} />
        )}
        {newest.isPending ? <Skeleton lines={3} label="The violations of this group are being read" /> : null}
        <ul className="plain">
          {(newest.data?.violations ?? []).map((violation) => (
            <li key={violation.id} className="group-one">
              <Link href={`/violations/${encodeURIComponent(violation.id)}`} aria-label={`View Trace ${violation.trace_id}`}>
                <span className="mono small">
                  <UserText length={16} title={plainText(violation.trace_id)}>
                    {violation.trace_id}
                  </UserText>
                </span>
              </Link>
              <span className="clamp small dim">
                <UserText length={400}>{violationSentence(violation)}</UserText>
              </span>
              <OpenTraceLink className="link small nowrap not-phone" violation={violation} />
              <span className="small dim nowrap num">
                <TimeAgo ms={violation.timestamp_ms} />
              </span>
            </li>
          ))}
        </ul>
        {group.count > NEWEST ? (
          <Link className="link small" href={`/violations?${allOf(group, filters)}`}>
            All {plural(group.count, 'violation')} of this group
          </Link>
        ) : null}
        <MarkList marks={marks.data ?? []} />
        <GroupDifferences group={group} range={range} newest={newest.data?.violations[0]} />
      </td>
    </tr>
  );
}

/** The period that the filters select. */
function rangeOf(filters: Filters, now: number): TimeBounds {
  const { start_time, end_time } = askedFor(filters, now);
  return { ...(start_time === undefined ? {} : { start_time }), ...(end_time === undefined ? {} : { end_time }) };
}

/** The flat list of a group, with the current filters. */
function allOf({ id }: ViolationGroup, filters: Filters): URLSearchParams {
  const set = Object.entries({ ...filters, q: null, group_id: id, view: null, inbox: null });
  return new URLSearchParams(set.filter((entry): entry is [string, string] => entry[1] !== null));
}
