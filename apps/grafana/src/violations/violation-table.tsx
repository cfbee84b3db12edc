import { css } from '@emotion/css';
import { dateTimeFormat } from '@grafana/data';
import { type CellProps, type Column, InteractiveTable, LinkButton, Stack, TextLink } from '@grafana/ui';
import { type ReactNode, useMemo } from 'react';
import type { Violation } from '#ui/api/types';
import { violationSentence } from '#ui/explanation/violation-sentence';
import { plainText } from '#ui/format/plain-text';
import { SeverityBadge } from '#ui/parts/severity-badge';
import { StatusTag } from '#ui/parts/status-tag';
import { place, tempoPlace } from '../api/place';
import { useChosenDataSource } from '../app/chosen-data-source';
import { useIsNarrow } from '../app/use-is-narrow';
import { ConsoleScope } from '../console/console-scope';

const broken = css({ overflowWrap: 'anywhere' });
/** A table that is wider than its page scrolls sideways, so that all columns stay wide enough to read. */
const sentence = css({ minWidth: 280, overflowWrap: 'anywhere' });
const whole = css({ whiteSpace: 'nowrap' });

/** Characters of a trace's id: a whole one would take the width of the sentence. */
const SHOWN_ID = 14;
/** Characters of a sentence: its values may be long, and the page of the violation has them whole. */
const SENTENCE_LENGTH = 400;

/** One row for each violation, with the ways to its trace. */
export function ViolationTable({ violations }: { readonly violations: readonly Violation[] }) {
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
      { id: 'rule_name', header: 'Rule', sortType: 'string', cell: cell(({ rule_name }) => plainText(rule_name)) },
      { id: 'service', header: 'Service', sortType: 'string', cell: cell(({ service }) => plainText(service)) },
      {
        id: 'message',
        header: 'Why',
        cell: cell((violation) => <div className={sentence}>{plainText(violationSentence(violation), SENTENCE_LENGTH)}</div>),
      },
      {
        id: 'trace_id',
        header: 'Trace',
        cell: cell(({ trace_id }) => (
          <span className={whole}>
            <TextLink href={place(`traces/${encodeURIComponent(trace_id)}`)} title={plainText(trace_id)}>
              {plainText(trace_id, trace_id.length > SHOWN_ID ? SHOWN_ID - 2 : SHOWN_ID)}
            </TextLink>
          </span>
        )),
      },
      {
        id: 'actions',
        header: 'Actions',
        cell: cell((violation) => <Ways violation={violation} />),
      },
    ];
  }, []);
  const shown = useIsNarrow() ? ON_A_PHONE : columns;
  return <InteractiveTable columns={shown} data={[...violations]} getRowId={({ id }) => id} pageSize={50} />;
}

/** All of a violation in one column. */
const ON_A_PHONE: Column<Violation>[] = [
  {
    id: 'violation',
    header: 'Violation',
    cell: ({ row: { original: violation } }: CellProps<Violation>) => (
      <Stack direction="column" gap={1}>
        <ConsoleScope>
          <SeverityBadge severity={violation.severity} /> <StatusTag violation={violation} />
        </ConsoleScope>
        <strong>{plainText(violation.rule_name)}</strong>
        <span>{[dateTimeFormat(violation.timestamp_ms), plainText(violation.service)].filter((text) => text !== '').join(', ')}</span>
        <div className={broken}>{plainText(violationSentence(violation), SENTENCE_LENGTH)}</div>
        <Ways violation={violation} />
      </Stack>
    ),
  },
];

/** Links from a violation to other pages. */
function Ways({ violation: { id, wire_trace_id, timestamp_ms } }: { readonly violation: Violation }) {
  const { tempoUid } = useChosenDataSource();
  return (
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
  );
}
