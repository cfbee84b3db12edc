import type { PreviewResult } from '#ui/api/types';
import { useWidth } from '#ui/browser/use-width';
import { plural } from '#ui/format/count';
import { axisTime } from '#ui/format/time';

const [HEIGHT, BOTTOM] = [88, 18];
const LABEL_PX = 110;
/** At most, in the text of an axis. */
const CHARACTER_PX = 7;

/** Matching traces by their start; a pale bar in the background shows all traces, on a separate scale. */
export function PreviewHistogram({ result: { histogram, interval_seconds } }: { readonly result: PreviewResult }) {
  const [figure, width] = useWidth();
  const plot = HEIGHT - BOTTOM;
  const bar = Math.max(1, width) / Math.max(1, histogram.length);
  const max = Math.max(1, ...histogram.map(({ matched_traces }) => matched_traces));
  const maxTraces = Math.max(1, ...histogram.map(({ traces }) => traces));
  const labelEvery = Math.max(1, Math.ceil(LABEL_PX / bar));
  const timeOf = (start: string): string => axisTime(Date.parse(start), interval_seconds);
  const textOf = ({ start, traces, matched_traces }: (typeof histogram)[number]): string =>
    `${timeOf(start)} UTC: ${matched_traces} of ${plural(traces, 'trace')}`;
  const height = (part: number, whole: number): number => (part === 0 ? 0 : Math.max(2, (part / whole) * (plot - 4)));
  return (
    <figure className="preview-chart" ref={figure}>
      <svg className="chart" height={HEIGHT} viewBox={`0 0 ${Math.max(1, width)} ${HEIGHT}`} aria-hidden="true">
        <line className="grid-line" x1="0" x2={width} y1={plot} y2={plot} />
        {histogram.map((bucket, index) => {
          const [x, w] = [index * bar + 0.75, Math.max(1, bar - 1.5)];
          const behind = height(bucket.traces, maxTraces);
          const matched = height(bucket.matched_traces, max);
          return (
            <g key={bucket.start}>
              <title>{textOf(bucket)}</title>
              <rect className="f-all" x={x} width={w} y={plot - behind} height={behind} />
              <rect className="f-accent" x={x + w * 0.2} width={Math.max(1, w * 0.6)} y={plot - matched} height={matched} />
              {index % labelEvery === 0 && index * bar + timeOf(bucket.start).length * CHARACTER_PX < width ? (
                <text className="axis" x={index * bar} y={HEIGHT - 4}>
                  {timeOf(bucket.start)}
                </text>
              ) : null}
            </g>
          );
        })}
      </svg>
      <figcaption className="legend">
        <span>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <rect className="f-accent" width="10" height="10" />
          </svg>
          match, at most {max}
        </span>
        <span>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <rect className="f-all" width="10" height="10" />
          </svg>
          all traces, at most {maxTraces}
        </span>
      </figcaption>
      <ul className="hidden">
        {histogram
          .filter(({ traces }) => traces > 0)
          .map((bucket) => (
            <li key={bucket.start}>{textOf(bucket)}</li>
          ))}
      </ul>
    </figure>
  );
}
