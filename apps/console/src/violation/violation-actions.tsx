import { BellOff, Check, Link2, StickyNote } from 'lucide-react';
import type { Violation, ViolationGroup } from '#ui/api/types';
import { Key } from '#ui/parts/key';
import { MuteDialog } from '../groups/mute-dialog';
import { NoteDialog } from '../groups/note-dialog';
import { useGroupActions } from '../groups/use-group-actions';
import { useAddress } from '../parts/browser/use-address';
import { useKeys } from '../shell/commands/use-keys';
import { OpenTraceLink } from '../trace-link/open-trace-link';
import { traceLinkOf, useTraceLink } from '../trace-link/trace-link';
import { useNoteAt } from './use-note-at';

interface ViolationActionsProps {
  readonly violation: Violation;
  /** Undefined while unknown; null if the violation has none. */
  readonly group: ViolationGroup | null | undefined;
  readonly onCopyLink: () => void;
}

/** The actions on a violation. Acknowledgement and mute apply to its group, as in the inbox; a note to this violation. */
export function ViolationActions({ violation, group, onCopyLink }: ViolationActionsProps) {
  const { acknowledge, mute, unmute } = useGroupActions();
  const note = useNoteAt(violation.id);
  const address = useAddress();
  const asked = address.get('dialog');
  const setAsked = (dialog: 'mute' | 'note' | undefined): void => address.put({ dialog });
  const link = useTraceLink();
  const close = (): void => setAsked(undefined);
  const setAcknowledged = (): void => {
    if (group != null) acknowledge(group);
  };
  const setMuted = (): void => (group?.muted === true ? unmute(violation) : setAsked('mute'));
  // The key opens a dialog: its letter must not be typed into the dialog.
  const opening = (open: () => void) => (event: KeyboardEvent) => {
    event.preventDefault();
    open();
  };
  useKeys({
    y: onCopyLink,
    e: setAcknowledged,
    m: opening(setMuted),
    n: opening(() => setAsked('note')),
    ...(link === undefined ? {} : { t: () => void open(traceLinkOf(link, violation), '_blank', 'noreferrer') }),
  });
  const isKnown = group?.acknowledged !== undefined;
  return (
    <div className="end head-actions">
      <div className="actions-bar">
        <button
          type="button"
          className={isKnown ? 'btn' : 'btn primary'}
          disabled={group == null}
          title={group === null ? 'No group has this violation: all of its kind were taken back' : 'For all violations of its group'}
          onClick={setAcknowledged}
        >
          <Check className="i" aria-hidden="true" />
          {isKnown ? 'Take back' : 'Acknowledge'} <Key>e</Key>
        </button>
        <button type="button" className="btn" onClick={setMuted}>
          <BellOff className="i" aria-hidden="true" />
          {group?.muted === true ? 'Unmute' : 'Mute'} <Key>m</Key>
        </button>
        <OpenTraceLink className="btn" violation={violation} asButton>
          <Key>t</Key>
        </OpenTraceLink>
      </div>
      <button type="button" className="btn" onClick={() => setAsked('note')}>
        <StickyNote className="i" aria-hidden="true" />
        Note <Key>n</Key>
      </button>
      <button type="button" className="btn" onClick={onCopyLink}>
        <Link2 className="i" aria-hidden="true" />
        Copy link <Key>y</Key>
      </button>
      <MuteDialog group={asked === 'mute' ? violation : undefined} onMute={mute} onClose={close} />
      <NoteDialog about={asked === 'note' ? `this violation of ${violation.rule_name}` : undefined} onNote={note} onClose={close} />
    </div>
  );
}
