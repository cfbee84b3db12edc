import { memo } from 'react';
import { Link } from 'wouter';
import type { Rule, RuleHealth, RuleMode } from '#ui/api/types';
import { exactCount, plural, shortCount } from '#ui/format/count';
import { duration } from '#ui/format/duration';
import { SeverityBadge } from '#ui/parts/severity-badge';
import { Sparkline } from '#ui/parts/sparkline';
import { Tag } from '#ui/parts/tag';
import { TimeAgo } from '#ui/parts/time-ago';
import { UserText } from '#ui/parts/user-text';
import { HealthTags } from './health-tags';
import { ModePick } from './mode-pick';
import { costOf } from './rule-health';
import { type RuleMatches, useMatchesOf } from './rule-matches';

interface RuleRowProps {
  readonly rule: Rule;
  /** Absent while it is being read. `own`: there are too many violated rules for one answer, and this row requests its own. */
  readonly matches: RuleMatches | 'own' | undefined;
  /** Absent while it is being read. */
  readonly health: RuleHealth | undefined;
  readonly selected: boolean;
  /** Selected for a bulk change. */
  readonly checked: boolean;
  readonly onCheck: (id: string) => void;
  readonly onMode: (rule: Rule, mode: RuleMode) => void;
  readonly onOpen: (id: string) => void;
}

interface LineProps {
  readonly matches: RuleMatches | undefined;
  readonly severity: Rule['severity'];
}

function Line({ matches, severity }: LineProps) {
  if (matches === undefined) return null;
  return (
    <Sparkline values={matches.counts} className={`f-${severity}`} label={`${plural(matches.total, 'violation')} in the last 24 hours`} />
  );
}

function OwnLine({ id, severity }: Pick<Rule, 'id' | 'severity'>) {
  return <Line matches={useMatchesOf(id)} severity={severity} />;
}

export const RuleRow = memo(function RuleRow({ rule, matches, health, selected, checked, onCheck, onMode, onOpen }: RuleRowProps) {
  const { id, name, severity, tags, mode } = rule;
  const cost = costOf(health);
  // The store's count for the rule's health is exact, also for a rule that is not among those with most violations.
  const total = health?.violations ?? (matches === 'own' ? undefined : matches?.total);
  return (
    <tr
      data-row={id}
      data-off={mode === 'off'}
      aria-selected={selected}
      onClick={(event) => {
        if (
          event.target instanceof Element &&
          event.target.closest('a, button, label, input, select') === null &&
          getSelection()?.isCollapsed !== false
        )
          onOpen(id);
      }}
    >
      <td className="toggle">
        <label className="check">
          <input type="checkbox" checked={checked} aria-label={`Select ${name}`} onChange={() => onCheck(id)} />
        </label>
      </td>
      <td className="wide">
        <div className="what">
          <Link href={`/rules/${encodeURIComponent(id)}`}>
            <UserText>{name}</UserText>
          </Link>
          <span className="why tags">
            <UserText className="mono">{id}</UserText>{' '}
            {tags.map((tag) => (
              <Tag key={tag}>
                <UserText length={60}>{tag}</UserText>
              </Tag>
            ))}
          </span>
        </div>
      </td>
      <td>
        <SeverityBadge severity={severity} />
      </td>
      <td className="beside-first">
        <ModePick label={`Mode of ${name}`} mode={mode} onChange={(to) => onMode(rule, to)} />
      </td>
      <td className="not-phone">
        {matches === 'own' ? <OwnLine id={id} severity={severity} /> : <Line matches={matches} severity={severity} />}
      </td>
      <td className="r num" title={total === undefined ? undefined : exactCount(total)}>
        {total === undefined ? null : total === 0 ? (
          <span className="faint">0</span>
        ) : (
          <Link className="strong" href={`/violations?rule_id=${encodeURIComponent(id)}&start_time=-24h`}>
            {shortCount(total)}
          </Link>
        )}
      </td>
      <td className="wide">
        <HealthTags health={health} />
      </td>
      <td className="r dim num nowrap not-phone">
        {health?.last_match_at === undefined ? (
          health === undefined ? null : (
            <span className="faint">{health.never_matched ? 'never' : ''}</span>
          )
        ) : (
          <TimeAgo ms={Date.parse(health.last_match_at)} />
        )}
      </td>
      <td className="r dim num nowrap not-phone not-mid" title="Processor time of one evaluation, on average of the last 24 hours">
        {cost === undefined ? null : duration(cost)}
      </td>
    </tr>
  );
});
