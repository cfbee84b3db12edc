import { useId } from 'react';

interface CustomRangeProps {
  readonly start: string | null;
  readonly end: string | null;
  readonly onChange: (change: { start_time?: string | null; end_time?: string | null }) => void;
}

/** Converts Unix seconds (or RFC 3339, as in a link by hand) to the format of the browser's field, in UTC. */
function fieldValue(instant: string | null): string {
  if (instant === null) return '';
  const ms = /^\d+(\.\d+)?$/.test(instant) ? Number(instant) * 1_000 : Date.parse(instant);
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString().slice(0, 19) : '';
}

const instantOf = (value: string): string | null => (value === '' ? null : String(Date.parse(`${value}Z`) / 1_000));

/** The start and end, in UTC like every time of the console. */
export function CustomRange({ start, end, onChange }: CustomRangeProps) {
  const from = useId();
  const to = useId();
  return (
    <fieldset className="custom-range">
      <legend className="hidden">Custom time range, UTC</legend>
      <label className="dim" htmlFor={from}>
        From
      </label>
      <span className="field">
        <input
          id={from}
          type="datetime-local"
          step={1}
          value={fieldValue(start)}
          onChange={(event) => onChange({ start_time: instantOf(event.target.value) })}
        />
      </span>
      <label className="dim" htmlFor={to}>
        to
      </label>
      <span className="field">
        <input
          id={to}
          type="datetime-local"
          step={1}
          value={fieldValue(end)}
          onChange={(event) => onChange({ end_time: instantOf(event.target.value) })}
        />
      </span>
      <span className="dim">UTC</span>
    </fieldset>
  );
}
