import { SEVERITIES, type ViolationStats } from '#ui/api/types';
import { exactTime } from '#ui/format/time';

/** The histogram as numbers for screen readers, without empty buckets. */
export function HistogramTable({ stats: { buckets, counts, groups = [] } }: { readonly stats: ViolationStats }) {
  const bySeverity = new Map(groups.map(({ key, counts }) => [key, counts]));
  return (
    <div className="hidden">
      <table>
        <caption>Violations over time</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            {SEVERITIES.map((severity) => (
              <th scope="col" key={severity}>
                {severity}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {buckets.map((start, index) =>
            counts[index] === 0 ? null : (
              <tr key={start}>
                <th scope="row">{exactTime(start * 1_000)}</th>
                {SEVERITIES.map((severity) => (
                  <td key={severity}>{bySeverity.get(severity)?.[index] ?? 0}</td>
                ))}
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
