/**
 * Minimum milliseconds between two deliveries. The first after a quiet time is not delayed; frequent ones are batched, or each would cost a transaction. A
 * request that waits for stored violations ends the delay (`keep`). No one waits for deliveries to other systems (`deliver`).
 */
export const GATHER_MS = { keep: 400, deliver: 1_000 };
