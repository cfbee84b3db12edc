import { useSyncExternalStore } from 'react';

const EVENTS = ['pushState', 'replaceState', 'popstate'] as const;

/** Changes of the whole address: by a link, by Back, by "Clear all". */
let whole = 0;
const ofName = new Map<string, number>();
let isPartial = false;

// Before those who draw the address again: they read the count. The router makes events of the first two.
for (const event of EVENTS) {
  addEventListener(event, () => {
    if (!isPartial) whole++;
  });
}

/** Makes a change of these parameters alone: what waits to be written to another one still is. */
export function changeParameters(names: readonly string[], change: () => void): void {
  for (const name of names) ofName.set(name, (ofName.get(name) ?? 0) + 1);
  isPartial = true;
  try {
    change();
  } finally {
    isPartial = false;
  }
}

/** Grows whenever the parameter is set or removed, also where its value stays the same: what waits to be written to it is out of date. */
export const addressChange = (name: string): number => whole + (ofName.get(name) ?? 0);

export const useAddressChange = (name: string): number => useSyncExternalStore(subscribe, () => addressChange(name));

function subscribe(changed: () => void): () => void {
  for (const event of EVENTS) addEventListener(event, changed);
  return () => {
    for (const event of EVENTS) removeEventListener(event, changed);
  };
}
