import { useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { ViolationList } from '#ui/api/types';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import type { LiveChanges } from '../live/coalesced';
import { withChanges } from '../live/use-live';
import { useSettlingAddress } from '../parts/browser/use-address';
import { whenInView } from '../parts/browser/when-in-view';
import { useKeys } from '../shell/commands/use-keys';
import type { ViolationFilters } from './filters/use-violation-filters';
import { NoViolations } from './no-violations';
import type { useViolations } from './violation-queries';
import { ViolationRow } from './violation-row';

interface ViolationTableProps {
  readonly list: ReturnType<typeof useViolations>;
  readonly limit: number;
  readonly view: ViolationFilters;
  /** Violations since the list was read. */
  readonly changes: LiveChanges;
  /** Reads the list again. */
  readonly onRefresh: () => void;
}

/** Rows that are drawn at first, and again at each scroll to their end: a live list of a thousand is drawn a few times a second. */
const DRAWN = 100;

/** The list, newest first; further pages load on scrolling. */
export function ViolationTable({ list, limit, view, changes, onRefresh }: ViolationTableProps) {
  const [, navigate] = useLocation();
  const violations = useMemo(() => {
    const read = (list.data?.pages ?? []).flatMap((page) => page.violations);
    return withChanges(read, changes).slice(0, limit);
  }, [list.data, changes, limit]);
  const filters = JSON.stringify(view.filters);
  const [{ drawn, of }, setDrawn] = useState({ drawn: DRAWN, of: filters });
  if (of !== filters) setDrawn({ drawn: DRAWN, of: filters });
  const [selected, setSelected] = useSettlingAddress('row', filters);
  const at = violations.findIndex(({ id }) => id === selected);
  const body = useRef<HTMLTableSectionElement>(null);
  const move = (by: number) => (): void => {
    const next = violations[Math.min(violations.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    setSelected(next.id);
    body.current?.querySelector(`[data-row="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const open = (id: string): void => navigate(`/violations/${encodeURIComponent(id)}`);
  useKeys({
    j: move(1),
    k: move(-1),
    Enter: (event) => {
      if (selected !== undefined && !(event.target instanceof Element && event.target.closest('a, button, [role="slider"]')))
        open(selected);
    },
  });
  const openRow = useRef(open);
  openRow.current = open;
  const openStable = useRef((id: string) => openRow.current(id)).current;

  const failed =
    list.error === null ? null : <ErrorBanner what="The list could not be read." error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data === undefined) return failed ?? <Skeleton lines={8} label="The violations are being read" />;
  if (violations.length === 0) return failed ?? <NoViolations view={view} onSent={onRefresh} />;
  return (
    <>
      {failed}
      <div className="scroll">
        <table className="cards">
          <thead>
            <tr>
              <th scope="col">Severity</th>
              <th scope="col">Violation</th>
              <th scope="col">Service</th>
              <th scope="col" className="not-mid">
                Trace
              </th>
              <th scope="col" className="r">
                When
              </th>
              <th scope="col">
                <span className="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody ref={body}>
            {violations.slice(0, Math.max(drawn, at + 1)).map((violation) => (
              <ViolationRow key={violation.id} violation={violation} selected={violation.id === selected} onOpen={openStable} />
            ))}
          </tbody>
        </table>
      </div>
      <ListEnd
        list={list}
        shown={violations.length}
        total={totalOf(list.data.pages, violations.length)}
        drawn={drawn}
        onDraw={() => setDrawn({ drawn: drawn + DRAWN, of: filters })}
      />
    </>
  );
}

/** Undefined until a search has scanned everything. */
function totalOf(pages: readonly ViolationList[], shown: number): number | undefined {
  const [first, last] = [pages[0], pages.at(-1)];
  return first?.total_is === 'at_least' && last?.next !== undefined ? undefined : Math.max(shown, first?.total ?? 0);
}

interface ListEndProps {
  readonly list: ViolationTableProps['list'];
  readonly shown: number;
  readonly total: number | undefined;
  readonly drawn: number;
  /** Draws more rows. */
  readonly onDraw: () => void;
}

function ListEnd({ list, shown, total, drawn, onDraw }: ListEndProps) {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const end = useRef<HTMLDivElement>(null);
  const draw = useRef(onDraw);
  draw.current = onDraw;
  const isDrawn = drawn >= shown;
  // biome-ignore lint/correctness/useExhaustiveDependencies: after more rows the end is looked at again
  useEffect(() => {
    const element = end.current;
    if (element === null || (isDrawn && (!hasNextPage || isFetchingNextPage))) return undefined;
    const more = (): void => (isDrawn ? void fetchNextPage() : draw.current());
    return whenInView(element, more, '600px');
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, isDrawn, drawn]);
  return (
    <div className="strip" ref={end}>
      <span className="num">
        {total === undefined ? `${shown} shown` : `${shown} of ${total} shown`}
        {shown < (total ?? Number.POSITIVE_INFINITY) && !hasNextPage ? ', a larger Limit shows more' : ''}
      </span>
      {hasNextPage ? (
        <button type="button" className="btn small" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? 'More are being read' : 'Show more'}
        </button>
      ) : null}
      <span className="not-phone" aria-hidden="true">
        <kbd>j</kbd> <kbd>k</kbd> move
      </span>
      <span className="not-phone" aria-hidden="true">
        <kbd>↵</kbd> open
      </span>
    </div>
  );
}
