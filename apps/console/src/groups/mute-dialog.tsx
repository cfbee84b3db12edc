import { useId, useState } from 'react';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Pick } from '#ui/parts/pick';
import { UserText } from '#ui/parts/user-text';
import { Dialog } from '../shell/dialog';
import type { Mute, Muted } from './use-group-actions';
import { useSending } from './use-sending';

const HOUR_MS = 3_600_000;
const WORSE = 'worse';
const UNTIL = [
  { value: '1', text: 'for 1 hour' },
  { value: '24', text: 'for 24 hours' },
  { value: '168', text: 'for 7 days' },
  { value: WORSE, text: 'until it gets worse' },
  { value: '', text: 'until somebody ends it' },
];

interface MuteDialogProps {
  /** Undefined: closed. */
  readonly group: Muted | undefined;
  /** Rejects with the reason why nothing was muted: what was typed stays. */
  readonly onMute: (group: Muted, mute: Mute) => Promise<unknown>;
  readonly onClose: () => void;
}

export function MuteDialog({ group, onMute, onClose }: MuteDialogProps) {
  return (
    <Dialog open={group !== undefined} label="Mute" onClose={onClose}>
      {group === undefined ? null : <MuteForm group={group} onMute={onMute} onClose={onClose} />}
    </Dialog>
  );
}

function MuteForm({ group, onMute, onClose }: MuteDialogProps & { readonly group: Muted }) {
  const id = useId();
  const [where, setWhere] = useState('service');
  const [hours, setHours] = useState('24');
  const [note, setNote] = useState('');
  const muting = useSending('Nothing was muted', (mute: Mute) => onMute(group, mute), onClose);
  return (
    <form
      className="group-form"
      onSubmit={(event) => {
        event.preventDefault();
        muting.mutate({ everywhere: where === 'all', note: note.trim(), ...endOf(hours) });
      }}
    >
      <h2 className="sheet-title">
        Mute <UserText>{group.rule_name}</UserText>
      </h2>
      <p className="small dim">Violations are judged, signed and kept as before. Their groups leave the inbox, and are counted as muted.</p>
      <Pick
        label="Where"
        value={where}
        options={[
          { value: 'service', text: `in ${group.service}` },
          { value: 'all', text: 'in all services' },
        ]}
        onChange={setWhere}
      />
      <Pick label="How long" value={hours} options={UNTIL} onChange={setHours} />
      {hours === WORSE ? (
        <p className="small dim">It ends when more than twice as many come within an hour as in the busiest of the last day.</p>
      ) : null}
      <label className="small dim" htmlFor={id}>
        Why (others read it)
      </label>
      <textarea id={id} rows={2} maxLength={2_000} value={note} onChange={(event) => setNote(event.target.value)} />
      {muting.error === null ? null : <ErrorBanner what="Nothing was muted." error={muting.error} />}
      <div className="sheet-end">
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="btn primary" disabled={muting.isPending}>
          {muting.isPending ? 'Muting' : 'Mute'}
        </button>
      </div>
    </form>
  );
}

function endOf(picked: string): Partial<Mute> {
  if (picked === WORSE) return { untilWorse: true };
  return picked === '' ? {} : { until: new Date(Date.now() + Number(picked) * HOUR_MS).toISOString() };
}
