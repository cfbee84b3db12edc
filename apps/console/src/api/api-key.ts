import { useSyncExternalStore } from 'react';
import { keep, kept } from '../parts/browser/kept';

/** The key that the server requires, and its header. Stored for this tab only: closing it signs out. */
interface Key {
  readonly header: string;
  readonly value: string;
}

const STORAGE = 'betrace.api-key';
const listeners = new Set<() => void>();
let key = read();
/** The challenge of the server, while it refuses the current key. */
let asked: Asked | undefined;
/** Whether the sign-in was left for later, and whether a person acted since. */
let left: 'no' | 'left' | 'acted' = 'no';

/** The ways to sign in that the server offers. */
export interface Asked {
  /** The header of API keys; absent if the server has none. */
  readonly header: string | undefined;
  /** Whether it accepts tokens of an OpenID Connect issuer. */
  readonly bearer: boolean;
}

const BEARER = 'authorization';

function read(): Key | undefined {
  try {
    return JSON.parse(kept('sessionStorage', STORAGE) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

const changed = (): void => {
  for (const listener of listeners) listener();
};

export const apiKey = (): Key | undefined => key;

/** Stores an API key, or a bearer token, and continues with it. */
export function signIn(kind: 'key' | 'token', value: string): void {
  key =
    kind === 'token'
      ? { header: BEARER, value: `Bearer ${value.replace(/^Bearer\s+/i, '')}` }
      : { header: asked?.header ?? 'x-api-key', value };
  asked = undefined;
  left = 'no';
  keep('sessionStorage', STORAGE, JSON.stringify(key));
  changed();
}

/** Handles a 401 to the current key: `www-authenticate: ApiKey header="x-api-key", Bearer realm="betrace"` names the ways to sign in. */
export function askToSignIn(challenge: string | null): void {
  const bearer = /\bBearer\b/i.test(challenge ?? '');
  const header = /\bApiKey header="([^"]+)"/.exec(challenge ?? '')?.[1];
  asked = { header: header ?? (bearer ? undefined : 'x-api-key'), bearer };
  if (left === 'acted') left = 'no';
  changed();
}

/** Handles a success of a request that needs a key: the server accepts the key again, and a sign-in that was left is not needed any more. */
export function keyAccepted(sent: Key | undefined): void {
  if (left === 'no' || sent !== key) return;
  asked = undefined;
  left = 'no';
  changed();
}

/**
 * Leaves the sign-in for later. Requests that the page repeats by itself do not interrupt again: it opens at `returnToSignIn`, or at the first refusal after
 * an action of a person.
 */
export function leaveSignIn(): void {
  if (asked === undefined) return;
  left = 'left';
  changed();
}

/** Opens a sign-in again that was left. */
export function returnToSignIn(): void {
  left = 'no';
  changed();
}

/** What sends a request when a person wants it: a press of a button or link, Enter in a field, or the shortcuts that save and test. */
function isAction(event: Event): boolean {
  if (!(event.target instanceof Element)) return false;
  if (!(event instanceof KeyboardEvent)) return event.target.closest('button, a') !== null;
  if (event.ctrlKey || event.metaKey) return event.key === 'Enter' || event.key.toLowerCase() === 's';
  return event.key === 'Enter' && event.target.matches('input');
}

// In the capture phase: before the action sends a request, and before a press in the dialog leaves it.
for (const type of ['click', 'keydown'])
  document.addEventListener(
    type,
    (event) => {
      if (left === 'left' && isAction(event)) left = 'acted';
    },
    { capture: true },
  );

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What the sign-in dialog asks for; undefined while it is closed. `refused`: the server did not accept the current key. */
export function useAskedToSignIn(): (Asked & { readonly refused: boolean }) | undefined {
  const now = useSyncExternalStore(subscribe, () => (left === 'no' ? asked : undefined));
  return now === undefined ? undefined : { ...now, refused: key !== undefined };
}

/** Whether the server wants a sign-in that was left for later. */
export const useSignInLeft = (): boolean => useSyncExternalStore(subscribe, () => left !== 'no');
