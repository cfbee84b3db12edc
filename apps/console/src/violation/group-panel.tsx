import { Link } from 'wouter';
import type { Violation, ViolationGroup } from '#ui/api/types';
import { plural } from '#ui/format/count';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import { TimeAgo } from '#ui/parts/time-ago';
import { UserText } from '#ui/parts/user-text';
import { useGroupMarks } from '../groups/group-queries';
import { GroupState } from '../groups/group-state';
import { MarkList } from '../groups/mark-list';
import { useViolationMarks } from './use-note-at';

interface GroupPanelProps {
  readonly violation: Violation;
  /** Undefined while unknown; null if the violation has none. */
  readonly group: ViolationGroup | null | undefined;
  readonly error: Error | null;
  readonly onRetry: () => void;
}

/** The group: its count, its acknowledgement and its notes. */
export function GroupPanel({ violation, group, error, onRetry }: GroupPanelProps) {
  const marks = useViolationMarks(violation.id);
  return (
    <section className="panel" aria-labelledby="group-h">
      <header>
        <h2 id="group-h">This group</h2>
        {group == null ? null : (
          <div className="end tags">
            <GroupState group={group} />
          </div>
        )}
      </header>
      {error === null ? null : <ErrorBanner what="Its group could not be read." error={error} onRetry={onRetry} />}
      <div className="body stack tight">
        {group === undefined ? (
          error === null && <Skeleton lines={3} label="Its group is being read" />
        ) : group === null ? (
          <p className="dim">No group has this violation: all of its kind were taken back.</p>
        ) : (
          <>
            <p>
              <Link className="link" href={`/violations?${new URLSearchParams({ group_id: group.id })}`}>
                {plural(group.counts.open, 'open violation')}
              </Link>{' '}
              in <UserText>{group.service}</UserText>
              {group.operation === undefined ? null : (
                <>
                  , <UserText className="mono small">{group.operation}</UserText>
                </>
              )}
              , the first <TimeAgo ms={group.first_seen * 1_000} />, the last <TimeAgo ms={group.last_seen * 1_000} />.
            </p>
            <MarksOfGroup id={group.id} />
          </>
        )}
        {marks.error === null ? null : (
          <ErrorBanner what="What was noted could not be read." error={marks.error} onRetry={() => void marks.refetch()} />
        )}
        {(marks.data ?? []).length === 0 ? null : (
          <>
            <h3 className="faint small">At this violation</h3>
            <MarkList marks={marks.data ?? []} />
          </>
        )}
      </div>
    </section>
  );
}

function MarksOfGroup({ id }: { readonly id: string }) {
  return <MarkList marks={useGroupMarks(id).data ?? []} />;
}
