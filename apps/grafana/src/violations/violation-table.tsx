import { css } from '@emotion/css';
import { dateTimeFormat } from '@grafana/data';
import { type CellProps, type Column, InteractiveTable, LinkButton, Stack, TextLink } from '@grafana/ui';
import { type ReactNode, useMemo } from 'react';
import type { Violation } from '#ui/api/types';
import { violationSentence } from '#ui/explanation/violation-sentence';
import { SeverityBadge } from '#ui/parts/severity-badge';
import { StatusTag } from '#ui/parts/status-tag';
import { place, tempoPlace } from '../api/place';
import { useChosenDataSource } from '../app/chosen-data-source';
import { ConsoleScope } from '../console/console-scope';

/** A table that is wider than the screen is moved sideways: no column is narrower than can be read. */
const sentence = css({ minWidth: 280, overflowWrap: 'anywhere' });
const whole = css({ whiteSpace: 'nowrap' });

/** Characters of a trace's id: a whole one would take the width of the sentence. */
const SHOWN_ID = 14;

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
        cell: cell((violation) => (
          <ConsoleScope>
            <SeverityBadge severity={violation.severity} /> <StatusTag violation={violation} />
          </ConsoleScope>
        )),
      },
      { id: 'rule_name', header: 'Rule', sortType: 'string' },
      { id: 'service', header: 'Service', sortType: 'string' },
      { id: 'message', header: 'Why', cell: cell((violation) => <div className={sentence}>{violationSentence(violation)}</div>) },
      {
        id: 'trace_id',
        header: 'Trace',
        cell: cell(({ trace_id }) => (
          <span className={whole}>
            <TextLink href={place(`traces/${encodeURIComponent(trace_id)}`)} title={trace_id}>
              {trace_id.length > SHOWN_ID ? `${trace_id.slice(0, SHOWN_ID - 2)}…` : trace_id}
            </TextLink>
          </span>
        )),
      },
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
