/**
 * Milliseconds from one delivery of violations to the next, at least. One that comes after a while of none is not kept waiting; of many that come one by
 * one it makes batches, without which each costs a transaction of its own. Kept violations are what people and programs ask for: a request that waits for them
 * ends the gathering. For what goes elsewhere nobody waits.
 */
export const GATHER_MS = { keep: 400, deliver: 1_000 };
