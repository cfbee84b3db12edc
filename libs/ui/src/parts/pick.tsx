import { ChevronDown } from 'lucide-react';
import { useId } from 'react';

interface Option {
  readonly value: string;
  readonly text: string;
}

interface PickProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  /** Whether it differs from the default, which is shown as a tint. */
  readonly isSet?: boolean;
  readonly onChange: (value: string) => void;
}

/** A choice with its name inside. A value that is not an option (from an old link) is shown unchanged. */
export function Pick({ label, value, options, isSet = false, onChange }: PickProps) {
  const id = useId();
  const known = options.some((option) => option.value === value);
  return (
    <div className="pick" data-set={isSet}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Backspace' && isSet) onChange('');
        }}
      >
        {known ? null : <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
      <ChevronDown className="i" aria-hidden="true" />
    </div>
  );
}
