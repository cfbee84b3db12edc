type MemoryStep = () => void | Promise<void>;

/** Work that continues for as long as a process lives, and must not use more memory over time. */
export interface MemoryCase {
  readonly name: string;
  /** The number of steps until all caches are full. */
  readonly warmUp: number;
  /** Starts the work; returns a function that does one more step. */
  begin(): MemoryStep | Promise<MemoryStep>;
}
