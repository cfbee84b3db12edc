import { BellOff, Inbox as InboxIcon } from 'lucide-react';
import { Fragment, useMemo, useRef } from 'react';
import type { ViolationGroup } from '#ui/api/types';
import { plural } from '#ui/format/count';
import { EmptyState } from '#ui/parts/empty-state';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import { useAddress, useSettlingAddress } from '../parts/browser/use-address';
import { useKeys } from '../shell/commands/use-keys';
import type { ViolationFilters } from '../violations/filters/use-violation-filters';
import { NoViolations } from '../violations/no-violations';
import { GroupDetails } from './group-details';
import type { useGroups } from './group-queries';
import { GroupRow } from './group-row';
import type { Inbox } from './inbox';
import { MuteDialog } from './mute-dialog';
import { NoteDialog } from './note-dialog';
import { useGroupActions } from './use-group-actions';

interface GroupTableProps {
  readonly list: ReturnType<typeof useGroups>;
  readonly inbox: Inbox;
  readonly counts: ReadonlyMap<string, number> | undefined;
  readonly view: ViolationFilters;
  readonly now: number;
  readonly onRefresh: () => void;
}

/** The inbox: each group once, with its actions. */
export function GroupTable({ list, inbox, counts, view, now, onRefresh }: GroupTableProps) {
  const groups = useMemo(() => (list.data?.pages ?? []).flatMap((page) => page.groups), [list.data]);
  const address = useAddress();
  const [selected, setSelected] = useSettlingAddress('row');
  const expanded = useMemo(() => new Set((address.get('open') ?? '').split(' ').filter((id) => id !== '')), [address]);
  const [what, whose] = (address.get('dialog') ?? '').split(' ');
  const present = groups.find(({ id }) => id === whose);
  // A group that leaves the list meanwhile keeps its dialog, and what is typed there.
  const before = useRef(present);
  if (present !== undefined) before.current = present;
  const asked = present ?? (before.current?.id === whose ? before.current : undefined);
  const ask = (dialog: 'mute' | 'note', { id }: ViolationGroup): void => address.put({ dialog: `${dialog} ${id}` });
  const { acknowledge, mute, unmute, note } = useGroupActions();
  const at = groups.findIndex(({ id }) => id === selected);
  const current = groups[at];
  const fold = (id: string, open: boolean): void =>
    address.put({ open: [...[...expanded].filter((each) => each !== id), ...(open ? [id] : [])].join(' ') });
  const toggle = (id: string): void => {
    setSelected(id);
    fold(id, !expanded.has(id));
  };
  const askToMute = (group: ViolationGroup): void => (group.muted ? unmute(group) : ask('mute', group));
  const move = (by: number) => (): void => {
    const next = groups[Math.min(groups.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    setSelected(next.id);
    document.querySelector(`[data-row="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const withCurrent = (act: (group: ViolationGroup) => void) => (event: KeyboardEvent) => {
    if (current === undefined || (event.key === 'Enter' && event.target instanceof Element && event.target.closest('a, button'))) return;
    // The key opens a dialog: its letter must not be typed into the dialog.
    event.preventDefault();
    act(current);
  };
  const inChart = (event: KeyboardEvent): boolean => event.target instanceof Element && event.target.closest('[role="slider"]') !== null;
  useKeys({
    j: move(1),
    k: move(-1),
    Enter: (event) => inChart(event) || withCurrent(({ id }) => toggle(id))(event),
    ArrowRight: (event) => inChart(event) || withCurrent(({ id }) => fold(id, true))(event),
    ArrowLeft: (event) => inChart(event) || withCurrent(({ id }) => fold(id, false))(event),
    e: withCurrent(acknowledge),
    m: withCurrent(askToMute),
    n: withCurrent((group) => ask('note', group)),
  });

  const failed =
    list.error === null ? null : (
      <ErrorBanner what="The groups could not be read." error={list.error} onRetry={() => void list.refetch()} />
    );
  if (list.data === undefined) return failed ?? <Skeleton lines={8} label="The groups are being read" />;
  const close = (): void => address.put({ dialog: undefined });
  return (
    <>
      {failed}
      {groups.length > 0 ? (
        <div className="scroll">
          <table className="cards">
            <thead>
              <tr>
                <th scope="col">Severity</th>
                <th scope="col">Group</th>
                <th scope="col">Service</th>
                <th scope="col" className="r">
                  Violations
                </th>
                <th scope="col" className="r">
                  Last
                </th>
                <th scope="col">
                  <span className="hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {groups.map((group) => (
                <Fragment key={group.id}>
                  <GroupRow
                    group={group}
                    selected={group.id === selected}
                    expanded={expanded.has(group.id)}
                    onToggle={toggle}
                    onAcknowledge={acknowledge}
                    onMute={askToMute}
                    onNote={(of) => ask('note', of)}
                  />
                  {expanded.has(group.id) ? <GroupDetails group={group} filters={view.filters} now={now} /> : null}
                </Fragment>
              ))}
            </tbody>
          </table>
        </div>
      ) : failed !== null ? null : (counts?.get('all') ?? 0) > 0 ? (
        <NoneHere inbox={inbox} onAll={() => view.set({ inbox: 'all' })} />
      ) : (
        <NoViolations view={view} onSent={onRefresh} />
      )}
      <div className="strip">
        <span className="num">
          {groups.length} of {plural(list.data.pages[0]?.total ?? 0, 'group')} shown
        </span>
        {list.hasNextPage ? (
          <button type="button" className="btn small" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {list.isFetchingNextPage ? 'More are being read' : 'Show more'}
          </button>
        ) : null}
        {inbox.key === 'todo' && (counts?.get('muted') ?? 0) > 0 ? (
          <button type="button" className="btn small" onClick={() => view.set({ inbox: 'muted' })}>
            <BellOff className="i" aria-hidden="true" />
            {plural(counts?.get('muted') ?? 0, 'muted group')}
          </button>
        ) : null}
      </div>
      <MuteDialog group={what === 'mute' ? asked : undefined} onMute={mute} onClose={close} />
      <NoteDialog
        about={what === 'note' && asked !== undefined ? `${asked.rule_name} in ${asked.service}` : undefined}
        onNote={async (text) => asked !== undefined && note(asked, text)}
        onClose={close}
      />
    </>
  );
}

/** There are groups, but none in this part of the inbox. */
function NoneHere({ inbox, onAll }: { readonly inbox: Inbox; readonly onAll: () => void }) {
  const title = inbox.key === 'todo' ? 'Nothing is left to look at' : `No group is ${inbox.text.toLowerCase()}`;
  return (
    <EmptyState
      icon={InboxIcon}
      title={title}
      actions={
        <button type="button" className="btn primary" onClick={onAll}>
          Show all groups
        </button>
      }
    >
      {inbox.key === 'todo' ? 'All groups that these filters select are acknowledged or muted.' : undefined}
    </EmptyState>
  );
}
