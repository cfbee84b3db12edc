import type { Difference, GroupDifferences, Violation } from '#ui/api/types';
import { exactCount, plural, share } from '#ui/format/count';
import { plainText } from '#ui/format/plain-text';
import { LongText, UserText } from '#ui/parts/user-text';
import { useAddress } from '../parts/browser/use-address';
import { ExcludeDialog } from '../violation/rule-dialogs/exclude-dialog';
import { MakeRuleDialog } from '../violation/rule-dialogs/make-rule-dialog';
import { differenceFacts, shownValue } from './difference-facts';

/** With fewer traces on a side only the largest differences exceed chance. */
const FEW = 20;

interface DifferenceListProps {
  readonly compared: GroupDifferences;
  /** A violation of the group: its rule is changed, and new texts are tried on its trace. */
  readonly violation: Violation | undefined;
  /** What this violation is called: `This violation`. */
  readonly which: string;
}

/** Values that violating traces have and others lack, the clearest first, each with its actions. */
export function DifferenceList({ compared, violation, which }: DifferenceListProps) {
  const address = useAddress();
  const { differences, total, violating_traces: violating, other_traces: others, more } = compared;
  if (violating === 0) return <p className="dim">The log does not have the traces of this group any more.</p>;
  if (others === 0)
    return <p className="dim">Nothing to compare with: near them the log has no complete trace of this service without this violation.</p>;
  // Several groups may be unfolded: the violation says which of them.
  const [what, whose, ...condition] = (address.get('dialog') ?? '').split(' ');
  const opened = whose === violation?.id ? differences.find((each) => each.condition === condition.join(' ')) : undefined;
  const open = (dialog: 'exclude' | 'rule', of: Difference): void =>
    address.put({ dialog: `${dialog} ${violation?.id} ${of.condition}`, tick: undefined, range: undefined });
  const close = (): void => address.put({ dialog: undefined, tick: undefined, range: undefined });
  const facts = differenceFacts(differences);
  return (
    <>
      <p className="small dim">
        {plural(violating, 'violating trace')} beside {plural(others, 'other')} of the same service.
        {violating < FEW || others < FEW ? ' So few show only the largest differences.' : ''}
        {more ? ' Some values are not compared: there are too many, or they have more than 1,000 characters.' : ''}
      </p>
      {differences.length === 0 ? (
        <p>Nothing stands out: what violating traces have, others have about as often.</p>
      ) : (
        <ul className="plain differences" aria-label="What is different">
          {differences.map((difference) => (
            <OneDifference
              key={difference.condition}
              difference={difference}
              violating={violating}
              others={others}
              onExclude={violation?.status === 'open' ? () => open('exclude', difference) : undefined}
              onMakeRule={violation === undefined ? undefined : () => open('rule', difference)}
            />
          ))}
        </ul>
      )}
      {total > differences.length ? (
        <p className="small dim">
          The clearest {exactCount(differences.length)} of {exactCount(total)}.
        </p>
      ) : null}
      {opened === undefined || violation === undefined ? null : what === 'exclude' ? (
        <ExcludeDialog violation={violation} facts={facts} ticked={[opened.condition]} which={which} onClose={close} />
      ) : (
        <MakeRuleDialog
          from="what is different"
          name={`${violation.rule_name}: ${opened.name}`}
          facts={facts}
          ticked={[opened.condition]}
          traceId={violation.trace_id}
          onClose={close}
        />
      )}
    </>
  );
}

interface OneDifferenceProps {
  readonly difference: Difference;
  readonly violating: number;
  readonly others: number;
  readonly onExclude: (() => void) | undefined;
  readonly onMakeRule: (() => void) | undefined;
}

function OneDifference({ difference, violating, others, onExclude, onMakeRule }: OneDifferenceProps) {
  const { on, name, value, violating: here, other: there, condition } = difference;
  const what = `${name} = ${shownValue(value)}`;
  return (
    <li className="difference">
      <span className="difference-what" title={plainText(condition)}>
        <UserText className="mono dim">{on === 'field' ? `span ${name}` : name}</UserText>{' '}
        {value === undefined ? (
          <span className="dim">any value</span>
        ) : (
          <span className="mono">
            <LongText name={name}>{String(value)}</LongText>
          </span>
        )}{' '}
        {on === 'resource' ? <span className="faint small">resource</span> : null}
      </span>
      <dl className="difference-shares">
        <Share term="violating" part={here} whole={violating} fill="f-accent" />
        <Share term="others" part={there} whole={others} fill="f-bar" />
      </dl>
      <span className="difference-does">
        {onExclude === undefined ? null : (
          <button type="button" className="btn small" onClick={onExclude} aria-label={`Exclude this: ${what}`}>
            Exclude this
          </button>
        )}
        {onMakeRule === undefined ? null : (
          <button type="button" className="btn small" onClick={onMakeRule} aria-label={`Make a rule: ${what}`}>
            Make a rule
          </button>
        )}
      </span>
    </li>
  );
}

interface ShareProps {
  readonly term: string;
  readonly part: number;
  readonly whole: number;
  readonly fill: string;
}

function Share({ term, part, whole, fill }: ShareProps) {
  return (
    <div title={`${exactCount(part)} of ${plural(whole, 'trace')}`}>
      <dt className="faint small">{term}</dt>
      <dd>
        <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect className="f-track" width="100" height="6" />
          <rect className={fill} width={(100 * part) / whole} height="6" />
        </svg>
        <span className="num">{share(part, whole)}</span>
      </dd>
    </div>
  );
}
