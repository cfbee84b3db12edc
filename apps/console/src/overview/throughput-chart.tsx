import { useMemo } from 'react';
import { useWidth } from '#ui/browser/use-width';
import { clock } from '#ui/format/time';
import { perSecond } from './figures';
import { type Reading, rate } from './readings/readings';

const [HEIGHT, LEFT, TOP, BOTTOM] = [168, 44, 8, 18];
const PLOT = HEIGHT - TOP - BOTTOM;
const LINES = [
  { name: 'received', metric: 'betrace_spans_received_total', className: 'l1' },
  { name: 'judged', metric: 'betrace_spans_evaluated_total', className: 'l2' },
] as const;

/** Spans a second, received and judged, between the readings of this tab. */
export function ThroughputChart({ readings }: { readonly readings: readonly Reading[] }) {
  const [figure, width] = useWidth();
  const rates = useMemo(
    () =>
      LINES.map(({ metric }) =>
        readings.flatMap((reading, index) => {
          const value = rate(readings[index - 1], reading, metric);
          return value === undefined ? [] : [{ at: reading.at, value }];
        }),
      ),
    [readings],
  );
  const all = rates.flat();
  if (rates.every((points) => points.length < 2)) {
    return (
      <p className="body dim" role="status" ref={figure}>
        It is counted from the opening of this page on; the first figures come in some seconds.
      </p>
    );
  }
  const [from, to] = [Math.min(...all.map(({ at }) => at)), Math.max(...all.map(({ at }) => at))];
  const top = niceTop(Math.max(1, ...all.map(({ value }) => value)));
  const x = (at: number): number => LEFT + ((at - from) / Math.max(1, to - from)) * Math.max(1, width - LEFT);
  const y = (value: number): number => TOP + PLOT - (value / top) * PLOT;
  const text = LINES.map(({ name }, line) => `${name} ${perSecond(rates[line]?.at(-1)?.value)}`).join(', ');
  return (
    <figure className="body" ref={figure}>
      <svg
        className="chart"
        height={HEIGHT}
        viewBox={`0 0 ${Math.max(1, width)} ${HEIGHT}`}
        role="img"
        aria-label={`Spans since ${clock(from)} UTC, at last: ${text}`}
      >
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line className="grid-line" x1={LEFT} x2={width} y1={y(top * part)} y2={y(top * part)} />
            <text className="axis" x={LEFT - 6} y={y(top * part) + 4} textAnchor="end">
              {perSecond(top * part)}
            </text>
          </g>
        ))}
        {rates.map((points, line) => (
          <polyline
            key={LINES[line]?.name}
            className={LINES[line]?.className}
            points={points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}
          />
        ))}
        <text className="axis" x={LEFT} y={HEIGHT - 4}>
          {clock(from)}
        </text>
        <text className="axis" x={width} y={HEIGHT - 4} textAnchor="end">
          {clock(to)}
        </text>
      </svg>
    </figure>
  );
}

export function ThroughputLegend() {
  return (
    <div className="end">
      <span className="small dim">as this tab read them, at most 10 min</span>
      <span className="legend">
        {LINES.map(({ name, className }) => (
          <span key={name}>
            <svg viewBox="0 0 10 10" aria-hidden="true">
              <path className={className} d="M0 5h10" />
            </svg>
            {name}
          </span>
        ))}
      </span>
    </div>
  );
}

/** The next of 1, 2, 4, 10, 20, 40, 100 …: its half is a round number. */
function niceTop(max: number): number {
  for (let size = 1; ; size *= 10) {
    const found = [1, 2, 4].map((n) => n * size).find((n) => n >= max);
    if (found !== undefined) return found;
  }
}
