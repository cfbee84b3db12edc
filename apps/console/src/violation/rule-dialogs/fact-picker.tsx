import type { SpanFact } from './span-facts';

interface FactPickerProps {
  readonly facts: readonly SpanFact[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

const GROUPS = ['Span', 'Attributes', 'Resource'] as const;

/** The facts that a condition may contain, as checkboxes. */
export function FactPicker({ facts, chosen, onChange }: FactPickerProps) {
  return GROUPS.map((group) => {
    const own = facts.filter((fact) => fact.group === group);
    if (own.length === 0) return null;
    return (
      <fieldset className="fact-picker" key={group}>
        <legend className="faint small">{group}</legend>
        {own.map(({ key, label, shown, condition }) => (
          <label
            key={key}
            data-off={condition === undefined}
            title={condition === undefined ? 'No comparison says this exactly' : undefined}
          >
            <input
              type="checkbox"
              checked={chosen.has(key)}
              disabled={condition === undefined}
              onChange={() => onChange(new Set(chosen.has(key) ? [...chosen].filter((each) => each !== key) : [...chosen, key]))}
            />
            <span className="mono dim">{label}</span>
            <span className="mono">{shown}</span>
          </label>
        ))}
      </fieldset>
    );
  });
}
