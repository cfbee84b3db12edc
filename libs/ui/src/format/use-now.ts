import { useSyncExternalStore } from 'react';

/** One clock for the page, so that all its times agree. */
const TICK = 10_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The current time, in steps of ten seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    if (Date.now() - now > TICK) now = Date.now();
    return now;
  });
}
