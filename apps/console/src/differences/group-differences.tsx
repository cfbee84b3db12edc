import type { Violation, ViolationGroup } from '#ui/api/types';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import { DifferenceList } from './difference-list';
import { type TimeBounds, useDifferences } from './difference-queries';

interface GroupDifferencesProps {
  readonly group: ViolationGroup;
  /** The period of the compared violations. */
  readonly range: TimeBounds;
  /** Its newest violation, once loaded. */
  readonly newest: Violation | undefined;
}

/** Below an expanded group: the differences of its traces. */
export function GroupDifferences({ group, range, newest }: GroupDifferencesProps) {
  const differences = useDifferences(group.id, range);
  return (
    <section className="group-differences stack tight" aria-label={`What is different in ${group.rule_name}`}>
      <h2 className="small dim">What is different</h2>
      {differences.error !== null ? (
        <ErrorBanner what="The traces could not be compared." error={differences.error} onRetry={() => void differences.refetch()} />
      ) : differences.data === undefined ? (
        <Skeleton lines={3} label="Traces are being compared" />
      ) : (
        <DifferenceList compared={differences.data} violation={newest} which="The newest violation of the group" />
      )}
    </section>
  );
}
