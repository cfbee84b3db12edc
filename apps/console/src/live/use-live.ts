import { useCallback, useEffect, useRef, useState } from 'react';
import type { Violation } from '#ui/api/types';
import type { Filters } from '../violations/filters/use-violation-filters';
import { askedFor } from '../violations/violation-queries';
import { followViolations } from './live-violations';

/** Maximum of kept violations; older ones are only counted. */
const MAX_KEPT = 1_000;

/** Changes since the list was read, by id; null: it left the list (retracted, for instance). The last change comes last. */
export type LiveChanges = ReadonlyMap<string, Violation | null>;

export interface Live {
  readonly state: 'connecting' | 'live' | 'lost';
  /** Since when the connection is lost (Unix ms), and why. */
  readonly lost?: { readonly since: number; readonly why: string };
  readonly changes: LiveChanges;
  /** Changes that are not shown yet, because it is paused. */
  readonly waiting: number;
  readonly paused: boolean;
  readonly setPaused: (paused: boolean) => void;
}

interface Came {
  readonly changes: LiveChanges;
  readonly count: number;
}
const NOTHING: Came = { changes: new Map(), count: 0 };

/** Follows the violations that the filters select while `on`. `onMissed`: some may be missing, so read the list again. */
export function useLive(filters: Filters, on: boolean, onMissed: () => void): Live {
  const [state, setState] = useState<Pick<Live, 'state' | 'lost'>>({ state: 'connecting' });
  const [came, setCame] = useState(NOTHING);
  const [held, setHeld] = useState<Came>();
  const missed = useRef(onMissed);
  missed.current = onMissed;
  const { rule_id, severity, service, status, trace_id, group_id, q, start_time } = filters;
  const address = JSON.stringify({ rule_id, severity, service, trace_id, group_id, q, start_time });
  useEffect(() => {
    if (!on) return undefined;
    setState({ state: 'connecting' });
    setCame(NOTHING);
    setHeld(undefined);
    const stop = new AbortController();
    // All statuses, because a retracted violation must leave a list of open ones.
    const asked = askedFor({ ...JSON.parse(address), status: 'all', end_time: null }, Date.now());
    const query = new URLSearchParams({ ...asked, view: 'full' });
    const wanted = (violation: Violation): boolean => status === 'all' || violation.status === (status ?? 'open');
    void followViolations(
      query,
      {
        onBegin: (complete) => {
          setState({ state: 'live' });
          if (!complete) missed.current();
        },
        onViolation: (violation) =>
          setCame(({ changes, count }) => {
            const next = new Map(changes);
            next.delete(violation.id);
            next.set(violation.id, wanted(violation) ? violation : null);
            for (const id of next.keys()) {
              if (next.size <= MAX_KEPT) break;
              next.delete(id);
            }
            return { changes: next, count: count + 1 };
          }),
        onLost: (why) => setState((before) => ({ state: 'lost', lost: { since: before.lost?.since ?? Date.now(), why } })),
      },
      stop.signal,
    );
    return () => stop.abort();
  }, [on, address, status]);
  const setPaused = useCallback((paused: boolean) => setHeld(paused ? came : undefined), [came]);
  const shown = held ?? came;
  return {
    ...state,
    changes: on ? shown.changes : NOTHING.changes,
    waiting: came.count - shown.count,
    paused: held !== undefined,
    setPaused,
  };
}

/** A list, newest first, with its later changes. */
export function withChanges(list: readonly Violation[], changes: LiveChanges): readonly Violation[] {
  if (changes.size === 0) return list;
  const known = new Set(list.map(({ id }) => id));
  const fresh = [...changes].filter(([id]) => !known.has(id)).flatMap(([, violation]) => (violation === null ? [] : [violation]));
  return [...fresh.reverse(), ...list.flatMap((violation) => changes.get(violation.id) ?? (changes.has(violation.id) ? [] : [violation]))];
}
