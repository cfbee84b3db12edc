/** One sentence for each reason why partitions are not evaluated, with all partitions of this reason. */
export function failingPartitions(failures: ReadonlyMap<number, Error>): readonly string[] {
  const partitions = new Map<string, number[]>();
  for (const [partition, { message }] of failures) partitions.set(message, [...(partitions.get(message) ?? []), partition]);
  return [...partitions].map(([message, of]) => {
    const which = of.toSorted((a, b) => a - b).join(', ');
    return `${of.length === 1 ? `partition ${which} is` : `partitions ${which} are`} not evaluated: ${message}`;
  });
}
