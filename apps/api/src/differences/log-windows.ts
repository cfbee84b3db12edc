import type { ViolationRecord } from '#records';

/** Records of a partition: the first, and the one behind the last. */
export interface LogWindow {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Records around the spans of a violating trace, in which others are found to compare it with. */
const AROUND = 60;
/** Records of a window: one with many would use up what may be read. Traces that lie in more are left out. */
const MAX_RECORDS = 400;

/**
 * Where the traces of violations lie in the log, with what is around them: the windows of the violations that come first before those of later ones. No two have a
 * record in common.
 */
export function logWindows(places: readonly ViolationRecord['log'][]): readonly LogWindow[] {
  const windows: LogWindow[] = [];
  for (const { partition, first_offset: first, last_offset: last } of places) {
    if (last - first >= MAX_RECORDS) continue;
    let next: LogWindow | undefined = { partition, from: Math.max(0, first - AROUND), to: last + 1 + AROUND };
    for (const [n, other] of windows.entries()) {
      if (next === undefined || other.partition !== partition || other.from >= next.to || next.from >= other.to) continue;
      const joined: LogWindow = { partition, from: Math.min(other.from, next.from), to: Math.max(other.to, next.to) };
      const isFree = windows.every((one) => one === other || one.partition !== partition || one.from >= joined.to || joined.from >= one.to);
      if (isFree && joined.to - joined.from <= MAX_RECORDS + 2 * AROUND) {
        windows[n] = joined;
        next = undefined;
      } else next = outside(next, other);
    }
    if (next !== undefined) windows.push(next);
  }
  return windows;
}

/** The part of a window that another does not have: the longer end. */
function outside(window: LogWindow, other: LogWindow): LogWindow | undefined {
  const before = { ...window, to: Math.min(window.to, other.from) };
  const after = { ...window, from: Math.max(window.from, other.to) };
  const longer = before.to - before.from >= after.to - after.from ? before : after;
  return longer.to > longer.from ? longer : undefined;
}
