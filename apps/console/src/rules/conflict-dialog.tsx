import { useState } from 'react';
import { type OnError, type Rule, type RuleMode, SEVERITIES, type Severity } from '#ui/api/types';
import { Tag } from '#ui/parts/tag';
import { TimeAgo } from '#ui/parts/time-ago';
import { Dialog } from '../shell/dialog';
import { isLong, isSameMember, MEMBERS, type Member, textOf } from './compare/members';
import { type Contested, contested, type Decisions, firstDecisions, merged, type Side } from './compare/merge';
import { type Draft, draftOf } from './draft';
import { MODES } from './modes';
import { ON_ERRORS } from './on-errors';

/** Another person saved the rule meanwhile. */
export interface Conflict {
  /** The rule as it is now. */
  readonly theirs: Rule;
  /** The rule on which the draft is based, and its version; without the rule if it is unknown. */
  readonly base: { readonly version: number | undefined; readonly rule: Rule | undefined };
}

interface ConflictDialogProps {
  readonly conflict: Conflict;
  readonly mine: Draft;
  /** Saves the merged rule as the next version. */
  readonly onSave: (draft: Draft) => void;
  /** Continues editing with the merged rule. */
  readonly onEdit: (draft: Draft) => void;
  readonly onClose: () => void;
}

/** Nothing was overwritten. The dialog shows each member in three states: the base, theirs and the draft's. The user decides. */
export function ConflictDialog({ conflict: { theirs: rule, base }, mine, onSave, onEdit, onClose }: ConflictDialogProps) {
  const theirs = draftOf(rule);
  const was = base.rule && draftOf(base.rule);
  const members = contested(was, theirs, mine);
  const [decisions, setDecisions] = useState(() => firstDecisions(members));
  const result = merged(members, decisions, theirs, mine);
  const open = members.filter(({ member }) => decisions.sides[member] === undefined && decisions.written[member] === undefined);
  const isTheirs = result !== undefined && members.every(({ member }) => isSameMember(result, theirs, member));
  const all = (side: Side): void => setDecisions({ sides: Object.fromEntries(members.map(({ member }) => [member, side])), written: {} });
  return (
    <Dialog open label="The rule was changed meanwhile" className="sheet wide" onClose={onClose}>
      <div className="confirm">
        <h2>Somebody saved version {rule.version} meanwhile</h2>
        <p className="dim">
          That was <TimeAgo ms={Date.parse(rule.updated_at)} />. Nothing was overwritten.{' '}
          {members.length === 0 ? 'It says the same as yours.' : 'What only one of you changed is chosen already.'}
        </p>
        {members.map((each) => (
          <ContestedMember
            key={each.member}
            contested={each}
            was={was}
            theirs={theirs}
            mine={mine}
            versions={[base.version, rule.version]}
            decisions={decisions}
            onDecide={setDecisions}
          />
        ))}
        <p className="small dim" role="status" id="undecided">
          {open.length === 0 ? '' : `Decide about: ${open.map(({ member }) => MEMBERS[member].toLowerCase()).join(', ')}.`}
        </p>
        <div className="head">
          <button type="button" className="btn" onClick={onClose}>
            Go on editing mine
          </button>
          <button type="button" className="btn" onClick={() => all('theirs')}>
            Take all of theirs
          </button>
          <button type="button" className="btn" onClick={() => all('mine')}>
            Keep all of mine
          </button>
          <button type="button" className="btn" disabled={result === undefined} onClick={() => result && onEdit(result)}>
            {isTheirs ? `Go on with version ${rule.version}` : 'Edit the result'}
          </button>
          {isTheirs ? null : (
            <button
              type="button"
              className="btn primary"
              disabled={result === undefined}
              aria-describedby="undecided"
              onClick={() => result && onSave(result)}
            >
              Save as version {rule.version + 1}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}

const CHANGED_BY = { theirs: 'changed by them', mine: 'changed by you', both: 'changed by both' } as const;

interface ContestedMemberProps {
  readonly contested: Contested;
  readonly was: Draft | undefined;
  readonly theirs: Draft;
  readonly mine: Draft;
  /** The base, and the rule in force. */
  readonly versions: readonly [number | undefined, number];
  readonly decisions: Decisions;
  readonly onDecide: (decisions: Decisions) => void;
}

function ContestedMember({ contested: { member, changedBy }, was, theirs, mine, versions, decisions, onDecide }: ContestedMemberProps) {
  const { sides, written } = decisions;
  const isWritten = written[member] !== undefined;
  const decide = (side: Side | undefined, text?: Partial<Draft>): void => {
    const { [member]: _side, ...otherSides } = sides;
    const { [member]: _text, ...otherTexts } = written;
    onDecide({ sides: side === undefined ? otherSides : { ...otherSides, [member]: side }, written: { ...otherTexts, ...text } });
  };
  const states = [
    [versions[0] === undefined ? 'When you began' : `Version ${versions[0]}, when you began`, was, 'base'],
    [`Version ${versions[1]}, theirs`, theirs, 'theirs'],
    ['Yours', mine, 'mine'],
  ] as const;
  return (
    <fieldset className="contested">
      <legend>
        {MEMBERS[member]} <Tag tone={changedBy === 'both' ? 'warn' : 'plain'}>{CHANGED_BY[changedBy]}</Tag>
      </legend>
      <div className="three-states">
        {states.map(([title, draft, side]) => (
          <div key={side} data-chosen={!isWritten && sides[member] === side}>
            <p className="small dim">{title}</p>
            <p className={isLong(member) ? 'mono small as-written' : 'as-written'}>
              {draft === undefined ? <i className="faint">not known any more</i> : textOf(draft, member) || <i className="faint">none</i>}
            </p>
          </div>
        ))}
      </div>
      <div className="segments">
        <button type="button" aria-pressed={!isWritten && sides[member] === 'theirs'} onClick={() => decide('theirs')}>
          Take theirs
        </button>
        <button type="button" aria-pressed={!isWritten && sides[member] === 'mine'} onClick={() => decide('mine')}>
          Keep mine
        </button>
        {isEditable(member) ? (
          <button type="button" aria-pressed={isWritten} onClick={() => decide(undefined, { [member]: mine[member] })}>
            Edit
          </button>
        ) : null}
      </div>
      {isWritten ? <Written member={member} draft={{ ...mine, ...written }} onWrite={(text) => decide(undefined, text)} /> : null}
    </fieldset>
  );
}

/** Lists are edited in the form of the rule. */
const isEditable = (member: Member): boolean => member !== 'controls' && member !== 'tests' && member !== 'emit_evidence';

interface WrittenProps {
  readonly member: Member;
  readonly draft: Draft;
  readonly onWrite: (text: Partial<Draft>) => void;
}

/** A member as a person writes it instead of both. */
function Written({ member, draft, onWrite }: WrittenProps) {
  const label = `${MEMBERS[member]}, edited`;
  const choice = <T extends string>(value: T, options: readonly T[], write: (to: T) => Partial<Draft>) => (
    <span className="pick">
      <select aria-label={label} value={value} onChange={(event) => onWrite(write(event.target.value as T))}>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </span>
  );
  if (member === 'severity') return choice<Severity>(draft.severity, SEVERITIES, (severity) => ({ severity }));
  if (member === 'mode')
    return choice<RuleMode>(
      draft.mode,
      MODES.map(({ value }) => value),
      (mode) => ({ mode }),
    );
  if (member === 'on_error')
    return choice<OnError>(
      draft.on_error,
      ON_ERRORS.map(({ value }) => value),
      (on_error) => ({ on_error }),
    );
  return (
    <textarea
      className={isLong(member) ? 'code-box mono' : 'code-box'}
      aria-label={label}
      rows={isLong(member) ? 5 : 2}
      value={String(draft[member])}
      spellCheck={!isLong(member)}
      onChange={(event) => onWrite({ [member]: event.target.value })}
    />
  );
}
