/** The scopes of a key. `admin` includes all, `rules:write` includes `read`. */
export const SCOPES = ['read', 'rules:write', 'ingest', 'admin'] as const;
export type KeyScope = (typeof SCOPES)[number];

/** Whether these scopes include `needed`. */
export function mayDo(held: readonly KeyScope[], needed: KeyScope): boolean {
  return held.includes(needed) || held.includes('admin') || (needed === 'read' && held.includes('rules:write'));
}

/** The scope of a route that declares none: `read` for GET and HEAD, else `admin`, so that a new route is never open by mistake. */
export function defaultScope(method: string): KeyScope {
  return method === 'GET' || method === 'HEAD' ? 'read' : 'admin';
}
