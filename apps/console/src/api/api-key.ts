import { useSyncExternalStore } from 'react';

/** The key that the server asks for, and the header it wants it in. Kept for this tab only: who closes it is signed out. */
interface Key {
  readonly header: string;
  readonly value: string;
}

const STORAGE = 'betrace.api-key';
const listeners = new Set<() => void>();
let key = read();
/** The header that the server asked for, while it refuses what we have. */
let asked: string | undefined;

function read(): Key | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

const changed = (): void => {
  for (const listener of listeners) listener();
};

export const apiKey = (): Key | undefined => key;

export function setApiKey(value: string): void {
  key = { header: asked ?? 'x-api-key', value };
  asked = undefined;
  sessionStorage.setItem(STORAGE, JSON.stringify(key));
  changed();
}

/** A server said 401: `www-authenticate: ApiKey header="x-api-key"` names the header. */
export function askForApiKey(challenge: string | null): void {
  asked = /header="([^"]+)"/.exec(challenge ?? '')?.[1] ?? 'x-api-key';
  changed();
}

export function useAskedForApiKey(): { readonly header: string; readonly refused: boolean } | undefined {
  const header = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asked,
  );
  return header === undefined ? undefined : { header, refused: key !== undefined };
}
