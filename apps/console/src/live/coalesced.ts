import type { Violation } from '#ui/api/types';

/** Maximum of kept violations; older ones are only counted. */
const MAX_KEPT = 1_000;

/** Changes since the list was read, by id; null: it left the list (retracted, for instance). The last change comes last. */
export type LiveChanges = ReadonlyMap<string, Violation | null>;

export interface Came {
  readonly changes: LiveChanges;
  /** All that came, also what is not kept any more. */
  readonly count: number;
}
export const NOTHING: Came = { changes: new Map(), count: 0 };

/** What came, and what came after it: the last change of each violation, in the order of these. */
export function joined(before: Came, after: Came): Came {
  const changes = new Map(before.changes);
  for (const [id, violation] of after.changes) put(changes, id, violation);
  return { changes, count: before.count + after.count };
}

function put(changes: Map<string, Violation | null>, id: string, violation: Violation | null): void {
  changes.delete(id);
  changes.set(id, violation);
  if (changes.size <= MAX_KEPT) return;
  const [oldest = ''] = changes.keys();
  changes.delete(oldest);
}

/** People see no difference between shorter ones. */
const MIN_INTERVAL_MS = 250;
/** Of the time of drawing: most of a second is left for keys and clicks. */
const REST = 4;
/** A hidden tab draws no frame until it is shown again: the measured time may be that of a night. */
const MAX_INTERVAL_MS = 10_000;

/**
 * Gathers what comes, and hands it over a few times a second: hundreds of violations a second, drawn one by one, would leave no time for a key. What takes long
 * to draw is drawn less often.
 */
export class Coalesced {
  private changes = new Map<string, Violation | null>();
  private count = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private interval = MIN_INTERVAL_MS;

  /** @param draw called with all that came since its last call */
  constructor(private readonly draw: (came: Came) => void) {}

  add(id: string, violation: Violation | null): void {
    put(this.changes, id, violation);
    this.count++;
    this.timer ??= setTimeout(() => this.hand(), this.interval);
  }

  /** Nothing is handed over any more. */
  stop(): void {
    clearTimeout(this.timer);
  }

  private hand(): void {
    const came = { changes: this.changes, count: this.count };
    this.timer = undefined;
    this.changes = new Map();
    this.count = 0;
    const since = performance.now();
    this.draw(came);
    // The frame after the next begins when this one is painted.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        this.interval = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, (performance.now() - since) * REST));
      }),
    );
  }
}
