import { sql } from 'kysely';
import type { Migration } from './migrations.js';

/**
 * An index for each combination of filters of the list that many violations may match, in the order of its pages (docs/decisions/0058). A rule has one
 * severity until it is edited, so its indexes have that at their end.
 */
const INDEXES = {
  violations_by_severity: ['severity', 'status', 'timestamp_ms', 'id'],
  violations_by_rule_id: ['rule_id', 'status', 'timestamp_ms', 'id', 'severity'],
  violations_by_service: ['service', 'status', 'timestamp_ms', 'id'],
  violations_by_service_and_severity: ['service', 'severity', 'status', 'timestamp_ms', 'id'],
  violations_by_group: ['rule_id', 'service', 'status', 'timestamp_ms', 'id', 'severity'],
} as const;

/** A version that does not know them finds by them what it found before. */
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
    // Spans over OTLP have one id of their trace.
    await schema.dropIndex('violations_by_wire_trace_id').ifExists().execute();
    await schema
      .createIndex('violations_by_wire_trace_id')
      .on('violations')
      .columns(['wire_trace_id', 'timestamp_ms', 'id'])
      .where(sql.ref('trace_id'), '<>', sql.ref('wire_trace_id'))
      .execute();
  },
};
