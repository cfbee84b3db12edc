import { useEffect, useId, useRef, useState } from 'react';
import { useAddressChange } from '../../parts/browser/address-change';
import { afterPause } from '../../parts/browser/after-pause';

type Bound = 'start_time' | 'end_time';

interface CustomRangeProps {
  readonly start: string | null;
  readonly end: string | null;
  readonly onChange: (change: Partial<Record<Bound, string | null>>) => void;
}

/** Converts Unix seconds (or RFC 3339, as in a link by hand) to the format of the browser's field, in UTC. */
function fieldValue(instant: string | null): string {
  if (instant === null) return '';
  const ms = /^\d+(\.\d+)?$/.test(instant) ? Number(instant) * 1_000 : Date.parse(instant);
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString().slice(0, 19) : '';
}

/** Undefined for a year that is being typed: 2026 is the year 2 at its first digit. */
function instantOf(value: string): string | null | undefined {
  if (value === '') return null;
  const seconds = Date.parse(`${value}Z`) / 1_000;
  return seconds >= 0 ? String(seconds) : undefined;
}

/** The start and end, in UTC like every time of the console. */
export function CustomRange({ start, end, onChange }: CustomRangeProps) {
  return (
    <fieldset className="custom-range">
      <legend className="hidden">Custom time range, UTC</legend>
      <Moment label="From" name="start_time" instant={start} onChange={(start_time) => onChange({ start_time })} />
      <Moment label="to" name="end_time" instant={end} onChange={(end_time) => onChange({ end_time })} />
      <span className="dim">UTC</span>
    </fieldset>
  );
}

interface MomentProps {
  readonly label: string;
  readonly name: Bound;
  readonly instant: string | null;
  readonly onChange: (instant: string | null) => void;
}

/** From one part of the field to the next. */
const PAUSE_MS = 800;

/** Typed part by part, so it counts after a pause, at Enter, or when it is left. */
function Moment({ label, name, instant, onChange }: MomentProps) {
  const id = useId();
  const own = fieldValue(instant);
  const [text, setText] = useState(own);
  const change = useAddressChange(name);
  const [since, setSince] = useState({ own, change });
  if (since.own !== own || since.change !== change) {
    setSince({ own, change });
    setText(own);
  }
  const input = useRef<HTMLInputElement>(null);
  const settle = (): void => {
    // A part of it is empty.
    if (input.current?.validity.badInput === true) return;
    const wanted = text === own ? undefined : instantOf(text);
    if (wanted !== undefined) onChange(wanted);
  };
  const latest = useRef(settle);
  latest.current = settle;
  useEffect(() => (text === own ? undefined : afterPause(PAUSE_MS, () => latest.current())), [text, own]);
  return (
    <>
      <label className="dim" htmlFor={id}>
        {label}
      </label>
      <span className="field">
        <input
          ref={input}
          id={id}
          type="datetime-local"
          step={1}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={settle}
          onKeyDown={(event) => {
            if (event.key === 'Enter') settle();
          }}
        />
      </span>
    </>
  );
}
