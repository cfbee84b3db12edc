import { dateTimeFormat } from '@grafana/data';
import { type CellProps, type Column, InteractiveTable, LinkButton, Stack } from '@grafana/ui';
import { type ReactNode, useMemo } from 'react';
import type { Violation } from '#ui/api/types';
import { violationSentence } from '#ui/explanation/violation-sentence';
import { SeverityBadge } from '#ui/parts/severity-badge';
import { place, tempoPlace } from '../api/place';
import { useChosenDataSource } from '../app/chosen-data-source';
import { ConsoleScope } from '../console/console-scope';

/** One row for each violation, with the ways to its trace. */
export function ViolationTable({ violations }: { readonly violations: readonly Violation[] }) {
  const { tempoUid } = useChosenDataSource();
  const columns = useMemo((): Column<Violation>[] => {
    const cell = (show: (violation: Violation) => ReactNode) => (props: CellProps<Violation>) => show(props.row.original);
    return [
      { id: 'timestamp_ms', header: 'Time', sortType: 'number', cell: cell(({ timestamp_ms }) => dateTimeFormat(timestamp_ms)) },
      {
        id: 'severity',
        header: 'Severity',
        sortType: 'string',
        cell: cell(({ severity }) => (
          <ConsoleScope>
            <SeverityBadge severity={severity} />
          </ConsoleScope>
        )),
      },
      { id: 'rule_name', header: 'Rule', sortType: 'string' },
      { id: 'service', header: 'Service', sortType: 'string' },
      { id: 'message', header: 'Why', cell: cell((violation) => violationSentence(violation)) },
      {
        id: 'actions',
        header: 'Actions',
        cell: cell(({ id, wire_trace_id, timestamp_ms }) => (
          <Stack direction="row" gap={1}>
            <LinkButton size="sm" variant="secondary" href={place(`violations/${encodeURIComponent(id)}`)}>
              View Trace
            </LinkButton>
            {tempoUid === undefined ? null : (
              <LinkButton size="sm" variant="secondary" fill="text" href={tempoPlace(tempoUid, wire_trace_id, timestamp_ms)}>
                Open in Tempo
              </LinkButton>
            )}
          </Stack>
        )),
      },
    ];
  }, [tempoUid]);
  return <InteractiveTable columns={columns} data={[...violations]} getRowId={({ id }) => id} pageSize={50} />;
}
