type MemoryStep = () => void | Promise<void>;

/** Work that goes on for as long as a process lives, and must not take more memory the longer it does. */
export interface MemoryCase {
  readonly name: string;
  /** How often it is done until everything that is kept for a while is there. */
  readonly warmUp: number;
  /** Begins the work; answers a function that does one more step of it. */
  begin(): MemoryStep | Promise<MemoryStep>;
}
