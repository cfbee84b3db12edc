import { useId, useState } from 'react';
import { ErrorBanner } from '#ui/parts/error-banner';
import { UserText } from '#ui/parts/user-text';
import { Dialog } from '../shell/dialog';
import { useSending } from './use-sending';

const MAX_NOTE_LENGTH = 2_000;

interface NoteDialogProps {
  /** The subject of the note, in words; undefined: closed. */
  readonly about: string | undefined;
  /** Rejects with the reason why nothing was noted: what was typed stays. */
  readonly onNote: (note: string) => Promise<unknown>;
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
  const noting = useSending('Nothing was noted', onNote, onClose);
  return (
    <form
      className="group-form"
      onSubmit={(event) => {
        event.preventDefault();
        noting.mutate(note.trim());
      }}
    >
      <h2 className="sheet-title">Note</h2>
      <label className="small dim" htmlFor={id}>
        What others should know of <UserText>{about ?? ''}</UserText>
      </label>
      <textarea id={id} rows={4} maxLength={MAX_NOTE_LENGTH} required value={note} onChange={(event) => setNote(event.target.value)} />
      {noting.error === null ? null : <ErrorBanner what="Nothing was noted." error={noting.error} />}
      <div className="sheet-end">
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="btn primary" disabled={note.trim() === '' || noting.isPending}>
          {noting.isPending ? 'Adding' : 'Add note'}
        </button>
      </div>
    </form>
  );
}
