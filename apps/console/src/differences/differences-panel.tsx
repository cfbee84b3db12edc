import type { Violation } from '#ui/api/types';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import { useGroupOf } from '../groups/group-queries';
import { useInView } from '../parts/browser/use-in-view';
import { DifferenceList } from './difference-list';
import { useDifferences } from './difference-queries';

/** The server compares the newest violations of a violation's group. */
const NEWEST = {};

/** Beside a violation: the differences of its group's traces. It reads the log, so it is requested only when visible. */
export function DifferencesPanel({ violation }: { readonly violation: Violation }) {
  const [ref, seen] = useInView();
  const group = useGroupOf(violation);
  const differences = useDifferences(seen ? group.data?.id : undefined, NEWEST);
  const failed = [group, differences].find(({ error }) => error !== null);
  return (
    <section className="panel" aria-labelledby="differences-h" ref={ref}>
      <header>
        <h2 id="differences-h">What is different</h2>
      </header>
      <div className="body stack tight differences-body">
        {failed !== undefined ? (
          <ErrorBanner what="The traces could not be compared." error={failed.error} onRetry={() => void failed.refetch()} />
        ) : group.data === null ? (
          <p className="dim">No group has this violation: all of its kind were taken back.</p>
        ) : differences.data === undefined ? (
          <Skeleton lines={6} label="Traces are being compared" />
        ) : (
          <DifferenceList compared={differences.data} violation={violation} which="This violation" />
        )}
      </div>
    </section>
  );
}
