const LARGEST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** An unsigned 64-bit time as a value of the DSL: a number while it is safe (value.ts). */
export function normalInteger(value: bigint): number | bigint {
  return value <= LARGEST_SAFE ? Number(value) : value;
}
