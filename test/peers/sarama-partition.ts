/** The default partition of a key in the collector's Kafka exporter: FNV-1a, 32 bits, as in Sarama. */
export function saramaPartition(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return Math.abs(hash % partitions);
}
