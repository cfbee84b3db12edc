/** The partition that the collector's Kafka exporter gives a key unless told otherwise: FNV-1a, 32 bits, as Sarama reads them. */
export function saramaPartition(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return Math.abs(hash % partitions);
}
