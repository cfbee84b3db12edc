type MemoryStep = () => void | Promise<void>;

/** Work of another process than the one that measures. */
export interface MeasuredElsewhere {
  readonly step: MemoryStep;
  /** The memory of that process: now, or at most since the last call. */
  readonly bytes: () => number;
}

/** Work that continues for as long as a process lives, and must not use more memory over time. */
export interface MemoryCase {
  readonly name: string;
  /** The number of steps until all caches are full. */
  readonly warmUp: number;
  /** Set for a case that takes long or much disk space: it then runs only when this word is given. */
  readonly whenNamed?: string;
  /** Growth that is not a leak, where it is more than V8's caches. */
  readonly slackBytes?: number;
  /** Starts the work; returns a function that does one more step. */
  begin(): MemoryStep | Promise<MemoryStep | MeasuredElsewhere>;
}
