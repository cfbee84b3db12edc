import { SEVERITIES, type ViolationStats } from '#ui/api/types';
import { exactCount, shortCount } from '#ui/format/count';
import { SeverityShape } from '#ui/parts/severity-badge';

interface SeverityLegendProps {
  readonly stats: ViolationStats | undefined;
  readonly severity: string | null;
  readonly onChange: (severity: string | null) => void;
}

/** How many of each severity; a click shows only those. */
export function SeverityLegend({ stats, severity, onChange }: SeverityLegendProps) {
  const totals = new Map((stats?.groups ?? []).map(({ key, total }) => [key, total]));
  return (
    <fieldset className="legend">
      <legend className="hidden">Only of one severity</legend>
      {SEVERITIES.map((each) => {
        const total = totals.get(each) ?? 0;
        return (
          <button
            key={each}
            type="button"
            aria-pressed={severity === each}
            title={exactCount(total)}
            onClick={() => onChange(severity === each ? null : each)}
          >
            <SeverityShape severity={each} className={`f-${each}`} />
            {each} <b className="num">{stats === undefined ? '' : shortCount(total)}</b>
          </button>
        );
      })}
    </fieldset>
  );
}
