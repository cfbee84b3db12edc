/**
 * Milliseconds from one delivery of violations to the next, at least. One that comes after a while of none is not kept waiting; of many that come one by
 * one it makes batches, without which each costs a transaction of its own.
 */
export const GATHER_MS = 200;
