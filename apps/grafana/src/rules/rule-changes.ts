import { useEffect } from 'react';
import type { Rule } from '#ui/api/types';
import { request } from '../api/request';

// For the app, not for a page: a user may leave the list and return to it during a change.

/** The versions after changes that were made here, by the path through the proxy: a list may still show the former version. */
const versions = new Map<string, number>();
const lists = new Set<() => void>();
let latest: Promise<unknown> = Promise.resolve();

/** A list is read again within seconds of a change: only the last ones can be ahead of it. */
const MAX_VERSIONS = 1_000;

/** The path has no entry: the map is in the order of the changes. */
function keepVersion(path: string, version: number): void {
  versions.set(path, version);
  for (const [oldest] of versions) if (versions.size > MAX_VERSIONS) versions.delete(oldest);
}

/** Reads a list of rules again after each change made here. */
export function useRuleChanges(again: () => void): void {
  useEffect(() => {
    lists.add(again);
    return () => {
      lists.delete(again);
    };
  }, [again]);
}

/** Notifies the lists that a rule has changed, or may have. */
export function tellRuleChange(): void {
  for (const again of lists) again();
}

/**
 * Changes a rule at the version that was read, or saved here since: a rule that another person changed meanwhile is skipped. Changes run one by one.
 * @throws RequestProblem
 */
export function changeRule(proxy: string, rule: Rule, method: 'PATCH' | 'DELETE', data?: object): Promise<void> {
  const change = async (): Promise<void> => {
    const path = `v1/rules/${encodeURIComponent(rule.id)}`;
    const known = `${proxy}/${path}`;
    const headers = { 'If-Match': `"${Math.max(rule.version, versions.get(known) ?? 0)}"` };
    versions.delete(known);
    try {
      const changed = await request<Rule | undefined>(proxy, path, { method, data, headers });
      if (changed !== undefined) keepVersion(known, changed.version);
    } finally {
      tellRuleChange();
    }
  };
  const done = latest.then(change);
  latest = done.catch(() => undefined);
  return done;
}
