interface SegmentsProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly key: string; readonly text: string; readonly count?: string }[];
  readonly onChange: (key: string) => void;
}

/** A choice of few, all visible. */
export function Segments({ label, value, options, onChange }: SegmentsProps) {
  return (
    <fieldset className="segments">
      <legend className="hidden">{label}</legend>
      {options.map(({ key, text, count }) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>
          {text} {count === undefined ? null : <span className="num faint">{count}</span>}
        </button>
      ))}
    </fieldset>
  );
}
