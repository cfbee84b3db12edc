/** The header of control records in the spans log, and of the answers to barriers in the violations log. */
export const CONTROL_HEADER = 'betrace-control';
export const CONTROL_TICK = 'tick';
export const CONTROL_EPOCH_PREFIX = 'epoch:';
/**
 * Beside an epoch marker: the rule set in force before it. A marker that is only written again has its own; one behind which the log has no
 * earlier one (a new cluster) says by it which rules hold for what lies before.
 */
export const EPOCH_BEFORE_HEADER = 'betrace-epoch-before';
/** In every partition of the spans log, `barrier:<id>`: asks when all that lies before it is judged. */
export const CONTROL_BARRIER_PREFIX = 'barrier:';
/** In the violations log, behind the verdicts: `settled:<id>`, all is judged; `open:<id>:<n>`, n traces are still open. */
export const CONTROL_SETTLED_PREFIX = 'settled:';
export const CONTROL_OPEN_PREFIX = 'open:';
/** In the violations log: the record is evidence, no violation (`EvidenceRecord`). Versions that do not know it pass it over. */
export const CONTROL_EVIDENCE = 'evidence';
/** For this many ms before this record nothing could be appended to the log (docs/decisions/0019). */
export const CONTROL_PAUSE_PREFIX = 'pause:';

/** A receiver of spans could append one now; written to each quiet partition, in Kafka only (docs/decisions/0019). */
export const CONTROL_ALIVE = 'alive';
