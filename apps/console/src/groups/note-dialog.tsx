import { useId, useState } from 'react';
import type { ViolationGroup } from '../api/types';
import { Dialog } from '../shell/dialog';

const LONGEST = 2_000;

interface NoteDialogProps {
  readonly group: ViolationGroup | undefined;
  readonly onNote: (group: ViolationGroup, note: string) => void;
  readonly onClose: () => void;
}

export function NoteDialog({ group, onNote, onClose }: NoteDialogProps) {
  return (
    <Dialog open={group !== undefined} label="Note" onClose={onClose}>
      {group === undefined ? null : <NoteForm group={group} onNote={onNote} onClose={onClose} />}
    </Dialog>
  );
}

function NoteForm({ group, onNote, onClose }: NoteDialogProps & { readonly group: ViolationGroup }) {
  const id = useId();
  const [note, setNote] = useState('');
  return (
    <form
      className="group-form"
      onSubmit={(event) => {
        event.preventDefault();
        onNote(group, note.trim());
        onClose();
      }}
    >
      <h2 className="sheet-title">Note</h2>
      <label className="small dim" htmlFor={id}>
        What others should know of {group.rule_name} in {group.service}
      </label>
      <textarea id={id} rows={4} maxLength={LONGEST} required value={note} onChange={(event) => setNote(event.target.value)} />
      <div className="sheet-end">
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="btn primary" disabled={note.trim() === ''}>
          Add note
        </button>
      </div>
    </form>
  );
}
