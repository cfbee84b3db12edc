import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../shell/use-keys';
import { afterPause } from './browser/after-pause';
import { Key } from './key';

interface SearchFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly maxLength: number;
  /** Called when one stops typing. */
  readonly onChange: (value: string) => void;
}

const PAUSE_MS = 250;

/** A search that runs when one stops typing; `/` goes to it, Escape empties it. */
export function SearchField({ label, placeholder, value, maxLength, onChange }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === latest.current.value) return;
    return afterPause(PAUSE_MS, () => latest.current.onChange(text));
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
          if (event.key === 'Enter') onChange(text);
          if (event.key !== 'Escape') return;
          setText('');
          event.currentTarget.blur();
        }}
      />
      <Key className="not-phone">/</Key>
    </div>
  );
}
