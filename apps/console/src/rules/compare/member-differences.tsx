import { TextDiff } from '../../parts/text-diff';
import type { Draft } from '../draft';
import { differing, isLong, MEMBERS, textOf } from './members';

const NONE = <i className="dim">none</i>;

interface MemberDifferencesProps {
  readonly before: Draft;
  readonly after: Draft;
  /** The name of the pair. */
  readonly label: string;
}

/** Every member in which two states of a rule differ. */
export function MemberDifferences({ before, after, label }: MemberDifferencesProps) {
  const members = differing(before, after);
  if (members.length === 0) return <p className="small dim">They are the same.</p>;
  return (
    <dl className="member-differences" aria-label={label}>
      {members.map((member) => (
        <div key={member}>
          <dt>{MEMBERS[member]}</dt>
          <dd>
            {isLong(member) ? (
              <TextDiff before={textOf(before, member)} after={textOf(after, member)} label={`${MEMBERS[member]}, before and after`} />
            ) : (
              <>
                {textOf(before, member) === '' ? NONE : <del className="gone">{textOf(before, member)}</del>} to{' '}
                {textOf(after, member) === '' ? NONE : <ins className="come">{textOf(after, member)}</ins>}
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
