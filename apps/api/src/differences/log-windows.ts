import type { ViolationRecord } from '#records';

/** A range of records of a partition; the end is excluded. */
export interface LogWindow {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Records around a violating trace in which complying traces are searched. */
const AROUND = 60;
/** Maximum records of a window: a long one would use up the read limit. Longer traces are left out. */
const MAX_RECORDS = 400;

/** Disjoint windows around the traces of violations in the log, in the order of the violations. */
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

/** The longer part of a window outside of another. */
function outside(window: LogWindow, other: LogWindow): LogWindow | undefined {
  const before = { ...window, to: Math.min(window.to, other.from) };
  const after = { ...window, from: Math.max(window.from, other.to) };
  const longer = before.to - before.from >= after.to - after.from ? before : after;
  return longer.to > longer.from ? longer : undefined;
}
