import { Link } from 'wouter';
import type { Rule } from '../api/types';
import { exactCount, plural, shortCount } from '../format/count';
import { SeverityBadge } from '../parts/severity-badge';
import { Sparkline } from '../parts/sparkline';
import { Switch } from '../parts/switch';
import { Tag } from '../parts/tag';
import { TimeAgo } from '../parts/time-ago';
import type { RuleMatches } from './rule-matches';

interface RuleRowProps {
  readonly rule: Rule;
  /** Absent where it is not known. */
  readonly matches: RuleMatches | undefined;
  readonly selected: boolean;
  readonly onEnable: (rule: Rule, enabled: boolean) => void;
  readonly onOpen: (id: string) => void;
}

export function RuleRow({ rule, matches, selected, onEnable, onOpen }: RuleRowProps) {
  const { id, name, severity, tags, enabled, updated_at } = rule;
  return (
    <tr
      data-row={id}
      data-off={!enabled}
      aria-selected={selected}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a, button') === null && getSelection()?.isCollapsed !== false)
          onOpen(id);
      }}
    >
      <td className="toggle">
        <Switch label={`${name} enabled`} checked={enabled} onChange={(on) => onEnable(rule, on)} />
      </td>
      <td className="wide">
        <div className="what">
          <Link href={`/rules/${encodeURIComponent(id)}`}>{name}</Link>
          <span className="why tags">
            <span className="mono">{id}</span>{' '}
            {tags.map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
          </span>
        </div>
      </td>
      <td>
        <SeverityBadge severity={severity} />
      </td>
      <td className="not-phone">
        {matches === undefined ? null : (
          <Sparkline
            values={matches.counts}
            className={`f-${severity}`}
            label={`${plural(matches.total, 'violation')} in the last 24 hours`}
          />
        )}
      </td>
      <td className="r num" title={matches === undefined ? undefined : exactCount(matches.total)}>
        {matches === undefined ? null : matches.total === 0 ? (
          <span className="faint">0</span>
        ) : (
          <Link className="strong" href={`/violations?rule_id=${encodeURIComponent(id)}&start_time=-24h`}>
            {shortCount(matches.total)}
          </Link>
        )}
      </td>
      <td className="r dim num nowrap not-phone">
        <TimeAgo ms={Date.parse(updated_at)} />
      </td>
    </tr>
  );
}
