import { useLayoutEffect, useRef } from 'react';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.shadowRoot !== null);

/**
 * Single keys of a screen, by `KeyboardEvent.key`. They work outside of inputs, editors and dialogs only, and never with a modifier
 * (Shift for the sign itself excepted). `first`: they take precedence; others ignore a handled key (`preventDefault`).
 */
export function useKeys(keys: Readonly<Record<string, (event: KeyboardEvent) => void>>, { first = false } = {}): void {
  const latest = useRef(keys);
  latest.current = keys;
  // Before the screen is painted: a user who sees it may press a key at once.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      latest.current[event.key]?.(event);
    };
    document.addEventListener('keydown', listen, { capture: first });
    return () => document.removeEventListener('keydown', listen, { capture: first });
  }, [first]);
}
