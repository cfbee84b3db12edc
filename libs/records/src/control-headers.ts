/** The header of control records in the spans log, and of the answers to barriers in the violations log. */
export const CONTROL_HEADER = 'betrace-control';
export const CONTROL_TICK = 'tick';
export const CONTROL_EPOCH_PREFIX = 'epoch:';
/**
 * Beside an epoch marker: the epoch in force before it. A repeated marker has its own epoch here. A marker without a predecessor in the log, as in a new
 * cluster, states the rules that apply to the records before it.
 */
export const EPOCH_BEFORE_HEADER = 'betrace-epoch-before';
/** `barrier:<id>`, in every partition of the spans log: asks when all earlier records are judged. */
export const CONTROL_BARRIER_PREFIX = 'barrier:';
/** In the violations log, after the verdicts: `settled:<id>`, all is judged; `open:<id>:<n>`, n traces are still open. */
export const CONTROL_SETTLED_PREFIX = 'settled:';
export const CONTROL_OPEN_PREFIX = 'open:';
/** In the violations log: the record is evidence, not a violation (`EvidenceRecord`). Older versions skip it. */
export const CONTROL_EVIDENCE = 'evidence';
/** Nothing could be appended to the log for this many ms before this record (docs/decisions/0019). */
export const CONTROL_PAUSE_PREFIX = 'pause:';

/** A receiver can append spans again; written to each quiet partition, in Kafka only (docs/decisions/0019). */
export const CONTROL_ALIVE = 'alive';
