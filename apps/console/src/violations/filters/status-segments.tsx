import { shortCount } from '#ui/format/count';
import { Segments } from '#ui/parts/segments';

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
  const options = STATUSES.map(([key, text]) => {
    const count = of(key);
    return { key, text, count: count === undefined ? '' : shortCount(count) };
  });
  return <Segments label="Status" value={status ?? 'open'} options={options} onChange={(key) => onChange(key === 'open' ? null : key)} />;
}
