import { type DataFrame, type Field, type FieldConfig, FieldType, MappingType, type QueryResultMetaNotice } from '@grafana/data';
import { plural } from '#ui/format/count';
import { MAX_FRAME_ROWS, shownText } from './shown-text';

/** A column of a table: its name is what people read. */
export interface Column<Row> {
  readonly name: string;
  readonly type: FieldType;
  readonly of: (row: Row) => unknown;
  readonly config?: FieldConfig;
  /** An id, which links have unchanged. Other texts are changed for display (`shown-text.ts`). */
  readonly isId?: boolean;
}

/** Names of Grafana's palette, and one of its own: Grafana writes white on its orange, which is hard to read. */
const SEVERITY_COLORS: Readonly<Record<string, string>> = {
  CRITICAL: 'dark-red',
  HIGH: '#b84a00',
  MEDIUM: 'yellow',
  LOW: 'dark-blue',
};

/** The colour of a severity; undefined of other texts. */
export const severityColor = (severity: string): string | undefined => SEVERITY_COLORS[severity];

/** A cell with the name of the severity on its colour. */
export const SEVERITY_CONFIG: FieldConfig = {
  custom: { cellOptions: { type: 'color-background', mode: 'basic' }, width: 110 },
  mappings: [
    {
      type: MappingType.ValueToText,
      options: Object.fromEntries(Object.entries(SEVERITY_COLORS).map(([text, color], index) => [text, { text, color, index }])),
    },
  ],
};

/** Fields of rows. A frame has at most 10,000 of them. */
export function fieldsOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Field[] {
  const shown = rows.slice(0, MAX_FRAME_ROWS);
  return columns.map(({ name, type, of, config = {}, isId = false }) => ({
    name,
    type,
    config,
    values: shown.map((row) => {
      const value = of(row);
      return typeof value === 'string' && !isId ? shownText(value) : value;
    }),
  }));
}

/** A notice above the panel that not everything is shown; empty if everything is. */
export function cutNotice(shown: number, total: number, one: string, how: string, isAtLeast = false): QueryResultMetaNotice[] {
  if (total <= shown) return [];
  const all = `${isAtLeast ? 'more than ' : ''}${plural(total, one)}`;
  return [{ severity: 'info', text: `${how} ${shown.toLocaleString('en')} of ${all} are shown.` }];
}

/** The notices of a frame, where it has any. */
export const noticed = (notices: readonly QueryResultMetaNotice[]): Pick<NonNullable<DataFrame['meta']>, 'notices'> =>
  notices.length === 0 ? {} : { notices: [...notices] };
