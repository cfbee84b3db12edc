import { CircleCheck, CircleHelp, CircleMinus, CircleX, EyeOff, type LucideIcon } from 'lucide-react';
import { Link } from 'wouter';
import type { ComplianceOutcome, ControlReport } from '#ui/api/types';
import { exactCount, plural } from '#ui/format/count';
import { Tag, type Tone } from '#ui/parts/tag';
import { UserText } from '#ui/parts/user-text';

const OUTCOMES: Readonly<Record<ComplianceOutcome, { readonly text: string; readonly tone: Tone; readonly icon: LucideIcon }>> = {
  violated: { text: 'Violated', tone: 'bad', icon: CircleX },
  undecided: { text: 'Undecided', tone: 'warn', icon: CircleHelp },
  passed: { text: 'Passed', tone: 'ok', icon: CircleCheck },
  nothing_in_scope: { text: 'Nothing in scope', tone: 'plain', icon: CircleMinus },
  not_looked_at: { text: 'Not looked at', tone: 'warn', icon: EyeOff },
};

const FIGURES = [
  ['traces_in_scope', 'In scope'],
  ['passed', 'Passed'],
  ['violated', 'Violated'],
  ['undecided', 'Undecided'],
  ['not_looked_at', 'Not looked at'],
] as const;

/** The result of each control, worst first, as a word and a shape, never as a colour alone. */
export function ControlTable({ controls }: { readonly controls: readonly ControlReport[] }) {
  return (
    <table className="cards controls">
      <thead>
        <tr>
          <th scope="col">Control</th>
          <th scope="col">Outcome</th>
          {FIGURES.map(([member, text]) => (
            <th key={member} scope="col" className="r">
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {controls.map((one) => (
          <tr key={one.control}>
            <td>
              <div className="what">
                <b className="mono">
                  <UserText>{one.control}</UserText>
                </b>
                <span className="why">
                  {one.rules.map(({ id, name, deleted, mode, names_control }, n) => (
                    <span key={id}>
                      {n === 0 ? '' : ', '}
                      {deleted ? (
                        <UserText>{name}</UserText>
                      ) : (
                        <Link href={`/rules/${encodeURIComponent(id)}`}>
                          <UserText>{name}</UserText>
                        </Link>
                      )}
                      {deleted ? ' (deleted)' : ''}
                      {deleted || mode === 'enforce' ? '' : mode === 'shadow' ? ' (in shadow)' : ' (off)'}
                      {deleted || names_control ? '' : ' (names it no longer)'}
                    </span>
                  ))}
                </span>
                {one.beyond_scope === undefined ? null : (
                  <span className="why">
                    {plural(one.beyond_scope, 'more trace')} {one.beyond_scope === 1 ? 'is' : 'are'} violated or undecided than in scope:
                    not closed or not counted yet, or closed in another hour.
                  </span>
                )}
              </div>
            </td>
            <td className="beside-first">
              <Tag tone={OUTCOMES[one.outcome].tone} icon={OUTCOMES[one.outcome].icon}>
                {OUTCOMES[one.outcome].text}
              </Tag>
            </td>
            {FIGURES.map(([member, text]) => (
              <td key={member} className="r num figure-cell" data-name={text} data-figure={member}>
                {exactCount(one[member])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
