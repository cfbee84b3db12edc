import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Key } from '#ui/parts/key';
import { useKeys } from '../shell/commands/use-keys';
import { useAddressChange } from './browser/address-change';
import { afterPause } from './browser/after-pause';

interface SearchFieldProps {
  /** Of the parameter in the address. */
  readonly name: string;
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly maxLength: number;
  /** Called after a pause in typing. */
  readonly onChange: (value: string) => void;
}

const PAUSE_MS = 250;

/** A search that runs after a pause in typing or at Enter, once for each text; `/` focuses it, Escape empties it. */
export function SearchField({ name, label, placeholder, value, maxLength, onChange }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  const endPause = useRef<() => void>(undefined);
  const change = useAddressChange(name);
  // Also if the value is the same: another control may have cleared it, and the typed text with it.
  const [since, setSince] = useState({ value, change });
  if (since.value !== value || since.change !== change) {
    setSince({ value, change });
    setText(value);
  }
  /** Runs the search now, and ends a pending pause: that would run it again, and overwrite a later choice. */
  const run = (wanted: string): void => {
    endPause.current?.();
    endPause.current = undefined;
    if (wanted !== latest.current.value) onChange(wanted);
  };
  useEffect(() => {
    if (text === latest.current.value) return undefined;
    const end = afterPause(PAUSE_MS, () => {
      endPause.current = undefined;
      latest.current.onChange(text);
    });
    endPause.current = end;
    return end;
  }, [text]);
  useKeys({
    '/': (event) => {
      event.preventDefault();
      input.current?.focus();
    },
  });
  return (
    <div className="field">
      <Search className="i" aria-hidden="true" />
      <input
        ref={input}
        type="text"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        maxLength={maxLength}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') run(text);
          if (event.key !== 'Escape') return;
          run('');
          setText('');
          event.currentTarget.blur();
        }}
      />
      <Key className="not-phone">/</Key>
    </div>
  );
}
