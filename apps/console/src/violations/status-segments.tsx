import { shortCount } from '../format/count';

const STATUSES = [
  ['open', 'Open'],
  ['retracted', 'Retracted'],
  ['undecided', 'Undecided'],
  ['all', 'All'],
] as const;

interface StatusSegmentsProps {
  readonly status: string | null;
  readonly counts: ReadonlyMap<string, number> | undefined;
  readonly onChange: (status: string | null) => void;
}

export function StatusSegments({ status, counts, onChange }: StatusSegmentsProps) {
  const of = (key: string): number | undefined =>
    counts === undefined ? undefined : key === 'all' ? [...counts.values()].reduce((a, b) => a + b, 0) : (counts.get(key) ?? 0);
  return (
    <fieldset className="segments">
      <legend className="hidden">Status</legend>
      {STATUSES.map(([key, text]) => {
        const count = of(key);
        return (
          <button key={key} type="button" aria-pressed={(status ?? 'open') === key} onClick={() => onChange(key === 'open' ? null : key)}>
            {text} <span className="num faint">{count === undefined ? '' : shortCount(count)}</span>
          </button>
        );
      })}
    </fieldset>
  );
}
