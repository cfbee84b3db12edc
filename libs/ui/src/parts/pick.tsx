import { ChevronDown } from 'lucide-react';
import { useId } from 'react';
import { plainText } from '../format/plain-text';

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

/** Longer ones would make the list wider than the window. */
const OPTION_LENGTH = 120;

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
        {known ? null : <option value={value}>{plainText(value, OPTION_LENGTH)}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {plainText(option.text, OPTION_LENGTH)}
          </option>
        ))}
      </select>
      <ChevronDown className="i" aria-hidden="true" />
    </div>
  );
}
