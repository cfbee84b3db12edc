import { startTransition, useCallback, useEffect, useRef, useState } from 'react';
import type { Violation } from '#ui/api/types';
import type { Filters } from '../violations/filters/use-violation-filters';
import { askedFor } from '../violations/violation-queries';
import { type Came, Coalesced, joined, type LiveChanges, NOTHING } from './coalesced';
import { followViolations } from './live-violations';

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
    // A key is answered before what came is drawn.
    const coming = new Coalesced((more) => startTransition(() => setCame((before) => joined(before, more))));
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
        onViolation: (violation) => coming.add(violation.id, wanted(violation) ? violation : null),
        onLost: (why) => setState((before) => ({ state: 'lost', lost: { since: before.lost?.since ?? Date.now(), why } })),
      },
      stop.signal,
    );
    return () => {
      stop.abort();
      coming.stop();
    };
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
