import { CircleAlert, CircleHelp } from 'lucide-react';
import type { RuleHealth } from '#ui/api/types';
import { exactCount, plural, shortCount } from '#ui/format/count';
import { Tag } from '#ui/parts/tag';

/** The problems of a rule, and whether it has never matched. */
export function HealthTags({ health }: { readonly health: RuleHealth | undefined }) {
  if (health === undefined) return null;
  const { evaluations, evaluation_errors: errors, undecided, retracted } = health;
  return (
    <span className="tags">
      {errors > 0 ? (
        <span title={`${exactCount(errors)} of ${plural(evaluations, 'evaluation')} failed in the last 24 hours`}>
          <Tag tone="bad" icon={CircleAlert}>
            {shortCount(errors)} failed
          </Tag>
        </span>
      ) : null}
      {undecided > 0 ? (
        <span title="Judgements that a limit or a defect kept from a verdict">
          <Tag tone="warn" icon={CircleHelp}>
            {shortCount(undecided)} undecided
          </Tag>
        </span>
      ) : null}
      {retracted > 0 ? <Tag>{shortCount(retracted)} taken back</Tag> : null}
      {errors + undecided + retracted > 0 ? null : <span className="faint small">{evaluations > 0 ? 'ok' : 'no figures yet'}</span>}
    </span>
  );
}
