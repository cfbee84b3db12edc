/** Distributes partitions 0 to `partitions` - 1 over at most `threads` shares, as evenly as possible; no share is empty. */
export function shares(partitions: number, threads: number): number[][] {
  const hands: number[][] = Array.from({ length: Math.min(partitions, threads) }, () => []);
  for (let partition = 0; partition < partitions; partition++) hands[partition % hands.length]?.push(partition);
  return hands;
}
