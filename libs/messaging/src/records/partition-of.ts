/**
 * The partition of a key as Kafka's Java client chooses it: murmur2 of the key's bytes, sign bit cleared, modulo the number of
 * partitions. For trace ids the key is their 32 lower-case hex digits; the digits are made on the way, no string is.
 */

const MULTIPLIER = 0x5bd1e995;
const SEED = 0x9747b28c;

/** The ASCII codes of a byte's two hex digits, the first in the low byte. */
const HEX_DIGITS = Uint16Array.from({ length: 256 }, (_, byte) => {
  const text = byte.toString(16).padStart(2, '0');
  return text.charCodeAt(0) | (text.charCodeAt(1) << 8);
});

/** Partition (0 … partitions - 1) of a 16-byte trace id that is in `bytes` at `at`. */
export function partitionOf(bytes: Uint8Array, partitions: number, at = 0): number {
  let hash = SEED ^ 32;
  for (let i = at; i < at + 16; i += 2) {
    hash = mix(hash, HEX_DIGITS[bytes[i] ?? 0]! | (HEX_DIGITS[bytes[i + 1] ?? 0]! << 16));
  }
  return (finish(hash) & 0x7fffffff) % partitions;
}

/** Partition of any key, by the bytes of its UTF-8. */
export function partitionOfKey(key: string, partitions: number): number {
  const bytes = new TextEncoder().encode(key);
  const whole = bytes.length & ~3;
  let hash = SEED ^ bytes.length;
  for (let i = 0; i < whole; i += 4) {
    hash = mix(hash, bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
  }
  if (bytes.length > whole) {
    for (let i = bytes.length - 1; i >= whole; i--) hash ^= bytes[i]! << ((i - whole) * 8);
    hash = Math.imul(hash, MULTIPLIER);
  }
  return (finish(hash) & 0x7fffffff) % partitions;
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, MULTIPLIER);
  k ^= k >>> 24;
  return Math.imul(hash, MULTIPLIER) ^ Math.imul(k, MULTIPLIER);
}

function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return mixed ^ (mixed >>> 15);
}
