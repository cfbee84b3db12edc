/**
 * Frees the memory of bytes that are not read again, without waiting for their collection. Buffers are outside of the heap, but every 64 MB of those that
 * survive two minor collections start a full one. For requests of 220 KB ingest over Kafka took 0.36 to 0.39 M spans per CPU second with them, and
 * 0.59 to 0.66 M without (bench/kafka-processes). The bytes are empty afterwards. Bytes that share their buffer with others stay.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (bytes.byteLength > 0 && bytes.byteLength === buffer.byteLength && 'transfer' in buffer) buffer.transfer(0);
}
