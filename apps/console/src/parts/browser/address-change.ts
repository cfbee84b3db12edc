import { useSyncExternalStore } from 'react';

const EVENTS = ['pushState', 'replaceState', 'popstate'] as const;

/** Changes of the whole address: by a link, by Back, by "Clear all". */
let whole = 0;
const ofName = new Map<string, number>();
let isPartial = false;

// Registered before the listeners of components, which read the count. The router fires events for the first two.
for (const event of EVENTS) {
  addEventListener(event, () => {
    if (!isPartial) whole++;
  });
}

/** Changes only these parameters: pending writes of other parameters are kept. */
export function changeParameters(names: readonly string[], change: () => void): void {
  for (const name of names) ofName.set(name, (ofName.get(name) ?? 0) + 1);
  isPartial = true;
  try {
    change();
  } finally {
    isPartial = false;
  }
}

/** Increases whenever the parameter is set or removed, even to the same value: a pending write of it is then outdated. */
export const addressChange = (name: string): number => whole + (ofName.get(name) ?? 0);

export const useAddressChange = (name: string): number => useSyncExternalStore(subscribe, () => addressChange(name));

function subscribe(changed: () => void): () => void {
  for (const event of EVENTS) addEventListener(event, changed);
  return () => {
    for (const event of EVENTS) removeEventListener(event, changed);
  };
}
