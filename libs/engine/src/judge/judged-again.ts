import type { Assembly } from '../assembly/assembly.js';
import { isClosed } from '../assembly/table/trace-flags.js';
import type { Row } from '../index-types.js';
import type { ClosedTrace } from '../verdict/close-reason.js';

/** After records were deleted: the closed traces with verdicts, which a late span in these records could have refuted. They are in the order of opening. */
export function judgedAgain(assembly: Assembly, judge: { hasVerdict(row: Row): boolean }): readonly ClosedTrace[] {
  const { traces } = assembly;
  const rows: Row[] = [];
  traces.forEach((row) => {
    if (isClosed(traces.flags(row)) && judge.hasVerdict(row)) rows.push(row);
  });
  rows.sort((a, b) => assembly.firstOffset(a) - assembly.firstOffset(b) || (traces.wireId(a) < traces.wireId(b) ? -1 : 1));
  return rows.map((row) => ({ row, reason: 'records_deleted' }));
}
