import { Unlink } from 'lucide-react';
import { useState } from 'react';
import { plural } from '#ui/format/count';
import { UserText } from '#ui/parts/user-text';
import { damagedLink } from '../parts/browser/damaged-link';

/** Names the parts of the opened link that cannot be read, until it is closed. */
export function DamagedLinkBanner() {
  const [damaged, setDamaged] = useState(damagedLink);
  if (damaged === undefined) return null;
  const { path, parameters } = damaged;
  return (
    <div className="banner warn" role="status">
      <Unlink className="i" aria-hidden="true" />
      <span>
        <b>This link is damaged.</b>{' '}
        {parameters.length === 0 ? null : (
          <>
            Left out, because it cannot be read: {plural(parameters.length, 'parameter')}, <UserText>{parameters.join(', ')}</UserText>.{' '}
          </>
        )}
        {path ? 'Its path has signs that cannot be read, and is taken as it is written.' : null}
      </span>
      <button type="button" className="btn small end" onClick={() => setDamaged(undefined)}>
        Close
      </button>
    </div>
  );
}
