import { useMemo, useState } from 'react';
import { useSettlingAddress } from '../../parts/browser/use-address';

/** Proxies take request lines of 8 KiB, and a link has filters, too. */
const MAX_TICK_LENGTH = 4_000;

/**
 * The ids of ticked rules, in the address: a reload and a colleague see what is about to be changed. They are named one by one, since "all" would tick
 * rules that came later, too. More than a link holds are ticked in this page alone.
 */
export function useTicked(): readonly [ReadonlySet<string>, (ids: readonly string[]) => void] {
  const [text = '', setText] = useSettlingAddress('tick');
  const [many, setMany] = useState<ReadonlySet<string>>();
  // A link that is followed meanwhile, or a way back, names what it ticks.
  const ticked = useMemo(() => (text === '' ? (many ?? new Set<string>()) : new Set(text.split(' '))), [many, text]);
  const tick = (ids: readonly string[]): void => {
    const all = ids.join(' ');
    const fits = encodeURIComponent(all).length <= MAX_TICK_LENGTH;
    setMany(fits ? undefined : new Set(ids));
    setText(fits && ids.length > 0 ? all : undefined);
  };
  return [ticked, tick];
}
