import { ChevronDown } from 'lucide-react';
import type { RuleMode } from '#ui/api/types';
import { MODES } from '../modes';

interface ModePickProps {
  readonly label: string;
  readonly mode: RuleMode;
  readonly onChange: (mode: RuleMode) => void;
}

/** The mode of a rule, where it stands: in a row of the list. */
export function ModePick({ label, mode, onChange }: ModePickProps) {
  return (
    <span className="pick mode" data-mode={mode}>
      <span className="dot" data-tone={TONES[mode]} aria-hidden="true" />
      <select aria-label={label} value={mode} onChange={(event) => onChange(event.target.value as RuleMode)}>
        {MODES.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <ChevronDown className="i" aria-hidden="true" />
    </span>
  );
}

const TONES: Readonly<Record<RuleMode, string>> = { enforce: 'ok', shadow: 'shadow', off: 'off' };
