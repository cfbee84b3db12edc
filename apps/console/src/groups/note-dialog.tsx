import { useId, useState } from 'react';
import { Dialog } from '../shell/dialog';

const MAX_NOTE_LENGTH = 2_000;

interface NoteDialogProps {
  /** The subject of the note, in words; undefined: closed. */
  readonly about: string | undefined;
  readonly onNote: (note: string) => void;
  readonly onClose: () => void;
}

export function NoteDialog({ about, onNote, onClose }: NoteDialogProps) {
  return (
    <Dialog open={about !== undefined} label="Note" onClose={onClose}>
      {about === undefined ? null : <NoteForm about={about} onNote={onNote} onClose={onClose} />}
    </Dialog>
  );
}

function NoteForm({ about, onNote, onClose }: NoteDialogProps) {
  const id = useId();
  const [note, setNote] = useState('');
  return (
    <form
      className="group-form"
      onSubmit={(event) => {
        event.preventDefault();
        onNote(note.trim());
        onClose();
      }}
    >
      <h2 className="sheet-title">Note</h2>
      <label className="small dim" htmlFor={id}>
        What others should know of {about}
      </label>
      <textarea id={id} rows={4} maxLength={MAX_NOTE_LENGTH} required value={note} onChange={(event) => setNote(event.target.value)} />
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
