/** Partitions 0 to `partitions` - 1, dealt to at most `threads` hands as evenly as they go; nobody's hand is empty. */
export function shares(partitions: number, threads: number): number[][] {
  const hands: number[][] = Array.from({ length: Math.min(partitions, threads) }, () => []);
  for (let partition = 0; partition < partitions; partition++) hands[partition % hands.length]?.push(partition);
  return hands;
}
