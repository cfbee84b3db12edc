import type { Mark } from '#ui/api/types';
import { TimeAgo } from '#ui/parts/time-ago';
import { LongText, UserText } from '#ui/parts/user-text';

const KINDS = { acknowledged: 'Acknowledged', unacknowledged: 'Acknowledgement taken back', note: 'Note' } as const;

/** Acknowledgements and notes. */
export function MarkList({ marks }: { readonly marks: readonly Mark[] }) {
  if (marks.length === 0) return null;
  return (
    <ul className="plain marks" aria-label="Marks">
      {marks.map(({ number, kind, at, by, note }) => (
        <li key={number} className="small wrap">
          <span className="dim">
            {KINDS[kind]} by <UserText>{by}</UserText>, <TimeAgo ms={Date.parse(at)} />
          </span>
          {note === undefined ? null : (
            <>
              : <LongText name="the note">{note}</LongText>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
