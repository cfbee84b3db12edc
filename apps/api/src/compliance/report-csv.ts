import { csvLine } from '../violations/export/csv.js';
import type { ComplianceReport } from './compliance.dto.js';

const COLUMNS = [
  'framework',
  'control',
  'outcome',
  'traces_in_scope',
  'passed',
  'violated',
  'undecided',
  'not_looked_at',
  'rules',
  'from',
  'to',
  'counted_since',
  'provisional_since',
  'beyond_scope',
] as const;

/** A report as CSV, one line per control. */
export function reportCsv({ framework, from, to, controls, limits }: ComplianceReport): string {
  const lines = controls.map((one) =>
    csvLine([
      framework,
      one.control,
      one.outcome,
      one.traces_in_scope,
      one.passed,
      one.violated,
      one.undecided,
      one.not_looked_at,
      one.rules.map(({ id }) => id).join(' '),
      from,
      to,
      limits.counted_since,
      limits.provisional_since,
      one.beyond_scope,
    ]),
  );
  return csvLine(COLUMNS) + lines.join('');
}
