/** What a key may do. `admin` may do everything, `rules:write` also reads. */
export const SCOPES = ['read', 'rules:write', 'ingest', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whether somebody with these scopes may do what needs `needed`. */
export function mayDo(held: readonly Scope[], needed: Scope): boolean {
  return held.includes(needed) || held.includes('admin') || (needed === 'read' && held.includes('rules:write'));
}

/** What a route needs that does not say it: to ask is `read`, everything else is `admin`, so that a new route is open to nobody by mistake. */
export function defaultScope(method: string): Scope {
  return method === 'GET' || method === 'HEAD' ? 'read' : 'admin';
}
