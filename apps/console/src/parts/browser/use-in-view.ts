import { type RefObject, useEffect, useRef, useState } from 'react';
import { whenInView } from './when-in-view';

/** Whether an element has come into view, or near it; it stays true. Delays requests until their result is visible. */
export function useInView(): readonly [RefObject<HTMLElement | null>, boolean] {
  const element = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || element.current === null) return undefined;
    return whenInView(element.current, () => setSeen(true));
  }, [seen]);
  return [element, seen];
}
