import { Pause, Play, Radio, WifiOff } from 'lucide-react';
import { exactTime } from '#ui/format/time';
import { Key } from '#ui/parts/key';
import type { Live } from './use-live';

/** Its space is reserved while live is on, so that no row moves when its text changes. */
export function LiveBar({ live: { state, lost, waiting, paused, setPaused } }: { readonly live: Live }) {
  const Icon = state === 'lost' ? WifiOff : Radio;
  return (
    <div className="banner" id="live-bar">
      <Icon className="i" aria-hidden="true" />
      <span role="status">{textOf(state, lost, paused)}</span>
      {paused ? <b className="num">{waiting} waiting</b> : null}
      <button type="button" className="btn small end" onClick={() => setPaused(!paused)}>
        {paused ? <Play className="i" aria-hidden="true" /> : <Pause className="i" aria-hidden="true" />}
        {paused ? 'Go on' : 'Pause'} <Key>p</Key>
      </button>
    </div>
  );
}

function textOf(state: Live['state'], lost: Live['lost'], paused: boolean): string {
  if (lost !== undefined && state === 'lost')
    return `Not live since ${exactTime(lost.since)}: ${lost.why} It is retried, and resumes after the last event.`;
  if (paused) return 'Paused: rows stay as they are.';
  return state === 'live' ? 'Live: what is found comes to the top by itself.' : 'Connecting';
}
