import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import { SEVERITIES, type ViolationStats } from '#ui/api/types';
import { useWidth } from '#ui/browser/use-width';
import { plural } from '#ui/format/count';
import { axisTime, clock } from '#ui/format/time';
import { HistogramTable } from './histogram-table';

interface HistogramProps {
  readonly stats: ViolationStats;
  /** Unix seconds, from the beginning of the first bucket to the end of the last. */
  readonly onRange: (start: number, end: number) => void;
}

const HEIGHT = 112;
const [LEFT, TOP, BOTTOM] = [34, 8, 20];
const PLOT = HEIGHT - TOP - BOTTOM;
const LABEL_PX = 110;
/** At most, in the text of an axis. */
const CHARACTER_PX = 7;

/** Violations over time, stacked by severity with the worst at the base. One tab stop: arrows move, Shift widens, Enter filters; the mouse drags. */
export function Histogram({ stats, onRange }: HistogramProps) {
  const [figure, width] = useWidth();
  const [selection, setSelection] = useState<readonly [anchor: number, head: number]>();
  const dragging = useRef(false);
  const { buckets, counts, interval_seconds: step } = stats;
  const last = buckets.length - 1;
  const [anchor, head] = selection ?? [last, last];
  const [low, high] = [Math.min(anchor, head), Math.max(anchor, head)];
  const bySeverity = useMemo(() => new Map((stats.groups ?? []).map(({ key, counts }) => [key, counts])), [stats]);
  const top = niceTop(Math.max(...counts, 1));
  const plotWidth = Math.max(1, width - LEFT);
  const bar = plotWidth / buckets.length;
  const y = (value: number): number => TOP + PLOT - (value / top) * PLOT;
  const labelEvery = Math.max(1, Math.ceil(LABEL_PX / bar));

  const filter = (): void => {
    const [from, to] = [buckets[low], buckets[high]];
    if (from !== undefined && to !== undefined) onRange(from, to + step);
  };
  const bucketAt = (event: PointerEvent<HTMLDivElement>): number => {
    const { left } = event.currentTarget.getBoundingClientRect();
    return Math.min(last, Math.max(0, Math.floor((event.clientX - left - LEFT) / bar)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = { ArrowLeft: head - 1, ArrowRight: head + 1, Home: 0, End: last };
    if (event.key === 'Enter') return filter();
    if (event.key === 'Escape') return setSelection(undefined);
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.min(last, Math.max(0, to));
    setSelection([event.shiftKey ? anchor : next, next]);
  };

  return (
    <figure className="histogram" ref={figure}>
      <div
        role="slider"
        tabIndex={0}
        aria-label="Violations over time. Arrows move, Shift widens, Enter filters"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={head}
        aria-valuetext={bucketText(stats, low, high)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          dragging.current = true;
          const at = bucketAt(event);
          setSelection([at, at]);
        }}
        onPointerMove={(event) => {
          if (dragging.current) setSelection([anchor, bucketAt(event)]);
        }}
        onPointerUp={() => {
          if (dragging.current) filter();
          dragging.current = false;
        }}
        onPointerCancel={() => {
          dragging.current = false;
          setSelection(undefined);
        }}
      >
        <svg className="chart" height={HEIGHT} viewBox={`0 0 ${LEFT + plotWidth} ${HEIGHT}`} aria-hidden="true">
          {[top, top / 2, 0].map((value) => (
            <line key={value} className="grid-line" x1={LEFT} x2={LEFT + plotWidth} y1={y(value)} y2={y(value)} />
          ))}
          {[top, 0].map((value) => (
            <text key={value} className="axis" x={LEFT - 8} y={y(value) + 4} textAnchor="end">
              {value}
            </text>
          ))}
          {buckets.map((start, index) => (
            <Bar
              key={start}
              x={LEFT + index * bar}
              width={bar}
              on={selection !== undefined && index >= low && index <= high}
              parts={SEVERITIES.map((severity) => [severity, bySeverity.get(severity)?.[index] ?? 0])}
              y={y}
              title={bucketText(stats, index, index)}
            />
          ))}
          {buckets.map((start, index) => {
            const text = axisTime(start * 1_000, step);
            return index % labelEvery === 0 && index * bar + text.length * CHARACTER_PX < plotWidth ? (
              <text key={start} className="axis" x={LEFT + index * bar} y={HEIGHT - 5}>
                {text}
              </text>
            ) : null;
          })}
        </svg>
      </div>
      <HistogramTable stats={stats} />
    </figure>
  );
}

interface BarProps {
  readonly x: number;
  readonly width: number;
  readonly on: boolean;
  readonly parts: readonly (readonly [severity: string, count: number])[];
  readonly y: (value: number) => number;
  readonly title: string;
}

function Bar({ x, width, on, parts, y, title }: BarProps) {
  let base = 0;
  return (
    <g className="bucket" data-on={on}>
      <title>{title}</title>
      <rect className="hover" x={x} width={width} y={TOP} height={PLOT} />
      {parts.map(([severity, count]) => {
        if (count === 0) return null;
        const [bottom, top] = [y(base), y(base + count)];
        base += count;
        return (
          <rect
            key={severity}
            className={`f-${severity}`}
            x={x + 0.75}
            width={Math.max(1, width - 1.5)}
            y={top}
            height={Math.max(1.5, bottom - top - 1)}
          />
        );
      })}
    </g>
  );
}

export function bucketText({ buckets, counts, interval_seconds: step }: ViolationStats, low: number, high: number): string {
  const total = counts.slice(low, high + 1).reduce((sum, count) => sum + count, 0);
  const [from = 0, to = 0] = [buckets[low], buckets[high]];
  return `${clock(from * 1_000)} to ${clock((to + step) * 1_000)} UTC: ${plural(total, 'violation')}`;
}

/** The next of 4, 10, 20, 40, 100, 200, 400 …: its half is a whole number. */
function niceTop(max: number): number {
  for (let size = 1; ; size *= 10) {
    const found = [4, 10, 20].map((n) => n * size).find((n) => n >= max);
    if (found !== undefined) return found;
  }
}
