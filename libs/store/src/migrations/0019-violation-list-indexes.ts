import { sql } from 'kysely';
import type { Migration } from './migration.js';

/**
 * An index for each combination of list filters that may match many violations, in page order (docs/decisions/0058). Until it is edited, a rule has one
 * severity, so its indexes have the severity last.
 */
const INDEXES = {
  violations_by_severity: ['severity', 'status', 'timestamp_ms', 'id'],
  violations_by_rule_id: ['rule_id', 'status', 'timestamp_ms', 'id', 'severity'],
  violations_by_service: ['service', 'status', 'timestamp_ms', 'id'],
  violations_by_service_and_severity: ['service', 'severity', 'status', 'timestamp_ms', 'id'],
  violations_by_group: ['rule_id', 'service', 'status', 'timestamp_ms', 'id', 'severity'],
} as const;

/** For older versions the new indexes replace the old ones. */
export const violationListIndexes: Migration = {
  name: '0019-violation-list-indexes',
  olderVersions: 'go on',
  up: async ({ schema }) => {
    for (const [name, columns] of Object.entries(INDEXES)) {
      await schema.dropIndex(name).ifExists().execute();
      await schema
        .createIndex(name)
        .on('violations')
        .columns([...columns])
        .execute();
    }
    // A trace that came over OTLP has only its wire id.
    await schema.dropIndex('violations_by_wire_trace_id').ifExists().execute();
    await schema
      .createIndex('violations_by_wire_trace_id')
      .on('violations')
      .columns(['wire_trace_id', 'timestamp_ms', 'id'])
      .where(sql.ref('trace_id'), '<>', sql.ref('wire_trace_id'))
      .execute();
  },
};
