import { BellOff, Check, ChevronDown, ChevronRight, StickyNote } from 'lucide-react';
import type { ViolationGroup } from '#ui/api/types';
import { exactCount, plural, shortCount } from '#ui/format/count';
import { SeverityBadge } from '#ui/parts/severity-badge';
import { Tag } from '#ui/parts/tag';
import { TimeAgo } from '#ui/parts/time-ago';
import { UserText } from '#ui/parts/user-text';
import { GroupState } from './group-state';

export interface GroupHandlers {
  readonly onToggle: (id: string) => void;
  readonly onAcknowledge: (group: ViolationGroup) => void;
  readonly onMute: (group: ViolationGroup) => void;
  readonly onNote: (group: ViolationGroup) => void;
}

interface GroupRowProps extends GroupHandlers {
  readonly group: ViolationGroup;
  readonly selected: boolean;
  readonly expanded: boolean;
}

/** A rule, a service and an operation: how often it was violated, since when, and its state. */
export function GroupRow({ group, selected, expanded, onToggle, onAcknowledge, onMute, onNote }: GroupRowProps) {
  const { id, rule_name, severity, service, count, first_seen, last_seen, acknowledged, muted, operation, error_kind } = group;
  const Fold = expanded ? ChevronDown : ChevronRight;
  const which = `${rule_name} in ${service}${operation === undefined ? '' : `, ${operation}`}`;
  return (
    <tr
      data-row={id}
      aria-selected={selected}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a, button') === null && getSelection()?.isCollapsed !== false)
          onToggle(id);
      }}
    >
      <td className="wide">
        <SeverityBadge severity={severity} />
      </td>
      <td className="wide">
        <div className="what">
          <button type="button" className="group-name" aria-expanded={expanded} onClick={() => onToggle(id)}>
            <Fold className="i" aria-hidden="true" />
            <UserText>{rule_name}</UserText>
          </button>
          {operation === undefined ? null : (
            <span className="mono small clamp" title="The span that stands for the violation, without numbers and ids">
              <UserText>{operation}</UserText>
            </span>
          )}
          <span className="why tags">
            <GroupState group={group} />
            {error_kind === undefined ? null : (
              <Tag>
                <UserText length={60}>{error_kind}</UserText>
              </Tag>
            )}
            <span>
              first <TimeAgo ms={first_seen * 1_000} />
            </span>
          </span>
        </div>
      </td>
      <td className="dim">
        <UserText length={60} className="short">
          {service}
        </UserText>
      </td>
      <td className="r num" title={exactCount(count)}>
        <b>{shortCount(count)}</b>
        <span className="hidden"> {plural(count, 'violation')}</span>
      </td>
      <td className="r dim num nowrap wide group-last">
        <TimeAgo ms={last_seen * 1_000} />
      </td>
      <td className="r wide group-does">
        <div className="group-actions">
          <button
            type="button"
            className="btn small"
            onClick={() => onAcknowledge(group)}
            aria-label={`${acknowledged ? 'Take back the acknowledgement of' : 'Acknowledge'} ${which}`}
          >
            <Check className="i" aria-hidden="true" />
            {acknowledged ? 'Take back' : 'Acknowledge'}
          </button>
          <button type="button" className="btn small" onClick={() => onMute(group)} aria-label={`${muted ? 'Unmute' : 'Mute'} ${which}`}>
            <BellOff className="i" aria-hidden="true" />
            {muted ? 'Unmute' : 'Mute'}
          </button>
          <button type="button" className="btn small" onClick={() => onNote(group)} aria-label={`Note at ${which}`}>
            <StickyNote className="i" aria-hidden="true" />
            Note
          </button>
        </div>
      </td>
    </tr>
  );
}
