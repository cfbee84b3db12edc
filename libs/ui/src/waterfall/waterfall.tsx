import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useWidth } from '../browser/use-width';
import { plural } from '../format/count';
import { duration } from '../format/duration';
import { type Ghost, GhostRow } from './ghost-row';
import { SpanRow } from './span-row';
import { rowTowards, type TraceRows } from './trace-rows';

interface WaterfallProps {
  readonly trace: TraceRows;
  /** Letters of the conditions that a span witnesses, by its id. */
  readonly letters: ReadonlyMap<string, readonly string[]>;
  readonly ghosts: readonly Ghost[];
  readonly selected: string | undefined;
  readonly matchesOnly: boolean;
  readonly onSelect: (id: string) => void;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1];
/** Pixels between two labels of the ruler: "97.5 ms" and a gap. */
const LABEL_WIDTH = 64;
/** Room to the right of the last bar for its duration, in px. */
export const MARGIN = 72;
const MAX_HEIGHT = 640;

/** The trace over time. Rows outside of the window are not drawn, so that ten thousand spans scroll like ten. */
export function Waterfall({ trace, letters, ghosts, selected, matchesOnly, onSelect }: WaterfallProps) {
  const rows = useMemo(
    () => (matchesOnly ? trace.rows.filter(({ span }) => letters.has(span.span_id)) : trace.rows),
    [trace, matchesOnly, letters],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const [ruler, width] = useWidth(600);
  const rowHeight = useRowHeight();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height of rows is what was measured
  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  const at = rows.findIndex(({ span }) => span.span_id === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
  }, [at, virtual]);
  const focusRow = useRef(false);
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(MAX_HEIGHT / rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = event.altKey || event.ctrlKey || event.metaKey ? undefined : moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const row = rowTowards(rows, at, to);
    if (row === undefined) return;
    focusRow.current = true;
    onSelect(row.span.span_id);
  };
  const scale = Math.max(40, width - MARGIN) / trace.length;
  const labelled = (trace.length * scale) / (TICKS.length - 1) >= LABEL_WIDTH ? TICKS : TICKS.filter((tick) => Number.isInteger(tick * 2));
  const items = virtual.getVirtualItems();
  return (
    <div className="wf">
      <div className="wf-ruler" aria-hidden="true">
        <span>{plural(trace.rows.length, 'span')}</span>
        <div ref={ruler}>
          <svg aria-hidden="true">
            {labelled.map((tick) => (
              <text key={tick} className="axis" x={tick * trace.length * scale} y="16" textAnchor={tick === 0 ? 'start' : 'middle'}>
                {tick === 0 ? '0' : duration(trace.length * tick)}
              </text>
            ))}
          </svg>
        </div>
      </div>
      <div
        ref={scroller}
        className="wf-scroll"
        role="treegrid"
        aria-label="Spans of the trace"
        aria-rowcount={rows.length + ghosts.length}
        tabIndex={at >= 0 && items.some(({ index }) => index === at) ? -1 : 0}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" className="wf-rows" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <SpanRow
                key={`${row.sameIdBefore}:${row.span.span_id}`}
                row={row}
                index={index}
                top={start}
                scale={scale}
                width={width}
                rowHeight={rowHeight}
                letters={letters.get(row.span.span_id)}
                selected={index === at}
                flat={matchesOnly}
                takesFocus={index === at && focusRow.current}
                onSelect={onSelect}
              />
            );
          })}
        </div>
        {ghosts.map((ghost, index) => (
          <GhostRow key={ghost.letter} ghost={ghost} index={rows.length + index} width={trace.length * scale} />
        ))}
      </div>
    </div>
  );
}

/** Of the token `--row`, which is larger where fingers point. */
function useRowHeight(): number {
  const [height, setHeight] = useState(32);
  useEffect(() => {
    const coarse = matchMedia('(pointer: coarse)');
    const narrow = matchMedia('(max-width: 56rem)');
    const read = (): void => setHeight(coarse.matches || narrow.matches ? 48 : 32);
    read();
    for (const query of [coarse, narrow]) query.addEventListener('change', read);
    return () => {
      for (const query of [coarse, narrow]) query.removeEventListener('change', read);
    };
  }, []);
  return height;
}
