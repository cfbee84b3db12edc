/** Pauses this process: its event loop stands still for `atLeast` ms, and until the condition holds, which threads and other processes fulfil meanwhile. */
export function pausedUntil(holds: () => boolean, atLeast: number): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  for (const end = performance.now() + atLeast; performance.now() < end || !holds(); ) Atomics.wait(nothing, 0, 0, 10);
}
