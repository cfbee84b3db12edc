import type { Rule } from '../api/types';
import { TextDiff } from '../parts/text-diff';
import { TimeAgo } from '../parts/time-ago';
import { Dialog } from '../shell/dialog';
import { bodyOf, type Draft, draftOf } from './draft';

interface ConflictDialogProps {
  /** The rule as it is now. */
  readonly theirs: Rule;
  readonly mine: Draft;
  readonly onKeepMine: () => void;
  readonly onTakeTheirs: () => void;
  readonly onClose: () => void;
}

/** Somebody else saved meanwhile: nothing was overwritten, and one decides with both texts in sight. */
export function ConflictDialog({ theirs, mine, onKeepMine, onTakeTheirs, onClose }: ConflictDialogProps) {
  const before = textsOf(draftOf(theirs));
  const after = textsOf(mine);
  const others = (Object.keys(before) as (keyof typeof before)[]).filter(
    (member) => member !== 'expression' && before[member] !== after[member],
  );
  return (
    <Dialog open label="The rule was changed meanwhile" className="sheet broad" onClose={onClose}>
      <div className="confirm">
        <h2>Somebody saved version {theirs.version} meanwhile</h2>
        <p className="dim">
          That was <TimeAgo ms={Date.parse(theirs.updated_at)} />. Nothing was overwritten. Lines with a minus are theirs, with a plus
          yours.
        </p>
        <TextDiff before={before.expression} after={after.expression} label="Their expression and yours" />
        {others.map((member) => (
          <p key={member} className="small">
            <b>{member}</b>: <span className="gone">{before[member]}</span> theirs, <span className="come">{after[member]}</span> yours
          </p>
        ))}
        <div className="head">
          <button type="button" className="btn" onClick={onClose}>
            Go on editing
          </button>
          <button type="button" className="btn" onClick={onTakeTheirs}>
            Take version {theirs.version}
          </button>
          <button type="button" className="btn primary" onClick={onKeepMine}>
            Save mine as version {theirs.version + 1}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

/** The members of a rule as one compares them. */
function textsOf(draft: Draft) {
  const { name, description, expression, severity, tags, controls, mode, message, on_error, emit_evidence, tests } = bodyOf(draft);
  const named = controls.map(({ framework, control }) => `${framework} ${control}`);
  return {
    name,
    description,
    expression,
    severity,
    tags: tags.join(', '),
    controls: named.join(', '),
    mode,
    message: message ?? 'none',
    'on error': on_error,
    evidence: emit_evidence ? 'emitted' : 'not emitted',
    'test cases':
      tests
        .map(({ name: of, trace, expect }) => `${of} (${typeof expect === 'object' ? expect.match.join(', ') : expect}): ${trace}`)
        .join('; ') || 'none',
  };
}
