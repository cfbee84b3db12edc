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
  keep('sessionStorage', STORAGE, JSON.stringify(key));
  changed();
}

/** Handles a 401: `www-authenticate: ApiKey header="x-api-key", Bearer realm="betrace"` names the ways to sign in. */
export function askToSignIn(challenge: string | null): void {
  const bearer = /\bBearer\b/i.test(challenge ?? '');
  const header = /\bApiKey header="([^"]+)"/.exec(challenge ?? '')?.[1];
  asked = { header: header ?? (bearer ? undefined : 'x-api-key'), bearer };
  changed();
}

/** Leaves the sign-in for later: the next refusal asks again. */
export function leaveSignIn(): void {
  asked = undefined;
  changed();
}

export function useAskedToSignIn(): (Asked & { readonly refused: boolean }) | undefined {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asked,
  );
  return now === undefined ? undefined : { ...now, refused: key !== undefined };
}
