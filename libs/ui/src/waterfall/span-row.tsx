import { CircleX } from 'lucide-react';
import { memo, useEffect, useRef } from 'react';
import { duration } from '../format/duration';
import { plainText } from '../format/plain-text';
import { Letter } from '../parts/letter';
import { UserText } from '../parts/user-text';
import { DRAWN_LEVELS, type TraceRow } from './trace-rows';

interface SpanRowProps {
  readonly row: TraceRow;
  readonly index: number;
  /** Pixels from the first row's top. */
  readonly top: number;
  /** Pixels per nanosecond. */
  readonly scale: number;
  /** Of the part with the bars, in px. */
  readonly width: number;
  readonly rowHeight: number;
  readonly letters: readonly string[] | undefined;
  readonly selected: boolean;
  /** Without the tree: only some of the spans are shown. */
  readonly flat: boolean;
  readonly takesFocus: boolean;
  readonly onSelect: (id: string) => void;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1];
const LETTERS_SHOWN = 3;
const TEXT_PX = 58;

export const SpanRow = memo(function SpanRow(props: SpanRowProps) {
  const { row, index, top, rowHeight, letters, selected, flat, takesFocus, onSelect } = props;
  const { span, level, length } = row;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takesFocus) element.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid listens to the keys of all rows
    // biome-ignore lint/a11y/useSemanticElements: a table can't be drawn in parts
    <div
      ref={element}
      className="wf-row"
      role="row"
      aria-level={flat ? 1 : level}
      aria-rowindex={index + 1}
      aria-selected={selected}
      data-id={span.span_id}
      data-witness={letters !== undefined}
      tabIndex={selected ? 0 : -1}
      style={{ transform: `translateY(${top}px)`, height: rowHeight }}
      onClick={() => onSelect(span.span_id)}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: rows take the focus, as a treegrid may */}
      <div className="wf-name" role="gridcell">
        {flat ? null : <Twig row={row} height={rowHeight} />}
        {letters?.slice(0, LETTERS_SHOWN).map((letter) => (
          <Letter key={letter} letter={letter} />
        ))}
        <span className="op-name ellipsis" title={plainText(span.name)}>
          <UserText>{span.name}</UserText>
        </span>
        {span.status === 'error' ? <CircleX className="i err" role="img" aria-label="error" /> : null}
        {row.orphan ? <span className="faint small nowrap">parent not seen</span> : null}
        <span className="svc ellipsis">
          <UserText>{span.service}</UserText>
        </span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <div className="wf-bar" role="gridcell">
        <span className="hidden">{duration(length)}</span>
        <Bar {...props} />
      </div>
    </div>
  );
});

function Bar({ row: { span, start, length }, scale, width }: SpanRowProps) {
  const x = start * scale;
  const w = Math.max(2, length * scale);
  const right = x + w + TEXT_PX < width;
  return (
    <svg aria-hidden="true">
      {TICKS.map((tick) => (
        <line key={tick} className="tick" x1={tick * (width - 72)} x2={tick * (width - 72)} y1="0" y2="100%" />
      ))}
      <rect className={span.status === 'error' ? 'b error' : 'b'} x={x} width={w} y="28%" height="44%" rx="2" />
      <text className="dur" x={right ? x + w + 6 : x - 6} y="50%" dy="4" textAnchor={right ? 'start' : 'end'}>
        {duration(length)}
      </text>
    </svg>
  );
}

const STEP = 14;

/** The lines that tie a span to its parent. */
function Twig({ row: { level, lines, last, orphan }, height }: { readonly row: TraceRow; readonly height: number }) {
  const drawn = Math.min(level, DRAWN_LEVELS);
  const width = (drawn - 1) * STEP;
  if (width === 0) return null;
  const x = (drawn - 2) * STEP + 6.5;
  const above = lines.slice(1, drawn - 1).map((goesOn, depth) => (goesOn ? `M${depth * STEP + 6.5} 0V${height}` : ''));
  const own = last ? `M${x} 0V${height / 2}H${x + 7}` : `M${x} 0V${height}M${x} ${height / 2}H${x + 7}`;
  return (
    <svg className="tree" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={above.join('') + own} strokeDasharray={orphan ? '2 2' : undefined} />
    </svg>
  );
}
