import { useQueryClient } from '@tanstack/react-query';
import { Link2, Radio, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { plural, shortCount } from '#ui/format/count';
import { exactTime } from '#ui/format/time';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Key } from '#ui/parts/key';
import { Segments } from '#ui/parts/segments';
import { useGroups, useInboxCounts } from '../groups/group-queries';
import { GroupTable } from '../groups/group-table';
import { INBOXES, inboxOf } from '../groups/inbox';
import { LiveBar } from '../live/live-bar';
import { useLive } from '../live/use-live';
import { copyText } from '../parts/browser/copy-text';
import { useKeys } from '../shell/commands/use-keys';
import { PageTitle } from '../shell/page-title';
import { useToast } from '../shell/toasts';
import { ExportCsv } from './export-csv';
import { FilterBar } from './filters/filter-bar';
import { StatusSegments } from './filters/status-segments';
import { useViolationFilters } from './filters/use-violation-filters';
import { Histogram } from './histogram/histogram';
import { SeverityLegend } from './histogram/severity-legend';
import { askedFor, useStatusCounts, useTotalNow, useViolationStats, useViolations } from './violation-queries';
import { ViolationTable } from './violation-table';

/** The filtered violations, over time and one by one. New ones wait in a bar, so that no row moves. */
export function ViolationsPage() {
  const view = useViolationFilters();
  const { filters, limit, set } = view;
  // A change of the filters counts from now, not from when the page opened.
  const address = JSON.stringify(filters);
  const [read, setRead] = useState(() => ({ address, now: Date.now() }));
  if (read.address !== address) setRead({ address, now: Date.now() });
  const { now } = read;
  const say = useToast();
  const queries = useQueryClient();
  // A trace has violations, but no groups.
  const grouped = filters.view === 'groups' && filters.trace_id === null && filters.group_id === null;
  const isLive = filters.live === '1' && !grouped && filters.end_time === null;
  const inbox = inboxOf(filters.inbox);
  const list = useViolations(filters, now, limit, !grouped);
  const groups = useGroups(filters, now, inbox, grouped);
  const inboxes = useInboxCounts(filters, now, grouped);
  const stats = useViolationStats(filters, now, isLive);
  const statuses = useStatusCounts(filters, now, isLive);
  // A search of the list counts only what it has found so far.
  const total = grouped || isLive || filters.q !== null ? stats.data?.total : list.data?.pages[0]?.total;
  const isOld = grouped ? stats.isPlaceholderData : list.isPlaceholderData;
  const totalNow = useTotalNow(filters, now, isLive);
  const arrived = total === undefined || totalNow.data === undefined || isOld || isLive ? 0 : totalNow.data - total;
  const refresh = (): void => {
    setRead({ address, now: Date.now() });
    void queries.invalidateQueries({ queryKey: ['violation-services'] });
  };
  // Violations between the list and the start of the stream are in the list that is read then.
  const live = useLive(filters, isLive, refresh);
  const goLive = (): void =>
    set(
      isLive
        ? { live: null }
        : { live: '1', view: null, inbox: null, ...(filters.end_time === null ? {} : { start_time: null, end_time: null }) },
    );
  const copyLink = async (): Promise<void> =>
    say(
      (await copyText(absoluteLink(filters, now)))
        ? 'Link copied: it opens this list as it is'
        : 'The browser does not let the link be copied',
    );
  const show = (key: string): void =>
    set({ view: key === 'groups' ? key : null, ...(key === 'groups' ? { trace_id: null, group_id: null, live: null } : { inbox: null }) });
  useKeys({
    y: () => void copyLink(),
    '.': refresh,
    f: () => show(grouped ? 'flat' : 'groups'),
    l: goLive,
    p: () => isLive && live.setPaused(!live.paused),
  });

  return (
    <>
      <div className="head">
        <PageTitle>Violations</PageTitle>
        <div className="end">
          <button type="button" className="btn" aria-pressed={isLive} onClick={goLive}>
            <Radio className="i" aria-hidden="true" />
            Live <Key className="not-phone">l</Key>
          </button>
          <button type="button" className="btn" onClick={refresh}>
            <RefreshCw className="i" aria-hidden="true" />
            Refresh <Key>.</Key>
          </button>
          <button type="button" className="btn not-phone" onClick={() => void copyLink()}>
            <Link2 className="i" aria-hidden="true" />
            Copy link <Key>y</Key>
          </button>
          <ExportCsv filters={filters} now={now} limit={limit} />
        </div>
      </div>
      <FilterBar {...view} />
      <section className="panel" aria-label="Violations over time" data-stale={stats.isPlaceholderData}>
        <header>
          <SeverityLegend stats={stats.data} severity={filters.severity} onChange={(severity) => set({ severity })} />
          {stats.data?.counted_from === undefined ? (
            <div className="end small dim not-phone">drag to zoom, click a bar to filter</div>
          ) : (
            <div className="end small">searched back to {exactTime(stats.data.counted_from * 1_000)} only</div>
          )}
        </header>
        {stats.error === null ? null : (
          <ErrorBanner what="The histogram could not be read." error={stats.error} onRetry={() => void stats.refetch()} />
        )}
        <div className="body chart-place">
          {stats.data === undefined ? null : (
            <Histogram stats={stats.data} onRange={(start, end) => set({ start_time: String(start), end_time: String(end) })} />
          )}
        </div>
      </section>
      <section className="panel" aria-label="List" data-stale={grouped ? groups.isPlaceholderData : list.isPlaceholderData}>
        <header>
          <Segments label="View" value={grouped ? 'groups' : 'flat'} options={VIEWS} onChange={show} />
          <StatusSegments status={filters.status} counts={statuses.data} onChange={(status) => set({ status })} />
          {grouped ? (
            <Segments
              label="Inbox"
              value={inbox.key}
              options={INBOXES.map(({ key, text }) => ({ key, text, count: shortCountOf(inboxes.data?.get(key)) }))}
              onChange={(key) => set({ inbox: key === INBOXES[0].key ? null : key })}
            />
          ) : null}
          <div className="end small dim num">{total === undefined ? '' : plural(total, 'violation')}</div>
        </header>
        {isLive ? <LiveBar live={live} /> : null}
        <div role="status">
          {arrived > 0 ? (
            <div className="banner" id="arrivals">
              <Radio className="i" aria-hidden="true" />
              <span>
                <b>{arrived} new</b> since you began to read
              </span>
              <button type="button" className="btn small end" onClick={refresh}>
                Show <Key>.</Key>
              </button>
            </div>
          ) : null}
        </div>
        {grouped ? (
          <GroupTable key={address} list={groups} inbox={inbox} counts={inboxes.data} view={view} now={now} onRefresh={refresh} />
        ) : (
          <ViolationTable list={list} limit={limit} view={view} changes={live.changes} onRefresh={refresh} />
        )}
      </section>
    </>
  );
}

const VIEWS = [
  { key: 'groups', text: 'Groups' },
  { key: 'flat', text: 'Flat' },
];

const shortCountOf = (count: number | undefined): string => (count === undefined ? '' : shortCount(count));

/** Relative times become absolute, as of the reading of the list: a colleague sees the same. */
function absoluteLink(filters: Parameters<typeof askedFor>[0], now: number): string {
  const { start_time, end_time = String(now / 1_000) } = askedFor(filters, now);
  const set = Object.entries({
    ...filters,
    live: null,
    start_time: start_time ?? '0',
    end_time: start_time === undefined ? null : end_time,
  });
  const query = new URLSearchParams(set.filter((entry): entry is [string, string] => entry[1] !== null));
  // Expanded, selected and open rows stay so.
  for (const [name, value] of new URLSearchParams(location.search)) if (!(name in filters)) query.append(name, value);
  return `${location.origin}${location.pathname}?${query}`;
}
