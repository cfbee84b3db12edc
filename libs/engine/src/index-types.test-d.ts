import type { RuleIndex } from '#dsl';
import type { Row, SpanIndex } from './index-types.js';

declare const row: Row;
declare const span: SpanIndex;
declare const rule: RuleIndex;
declare function judge(row: Row, rule: RuleIndex, i: SpanIndex): void;

judge(row, rule, span);
const columns: readonly string[] = [];
columns[span];
row satisfies number;
// @ts-expect-error: a rule is not a row
judge(rule, rule, span);
// @ts-expect-error: a row is not a rule
judge(row, row, span);
// @ts-expect-error: a row is not a span
judge(row, rule, row);
// @ts-expect-error: a plain number may be an index of anything
judge(1, rule, span);
// @ts-expect-error: arithmetic gives a number, not a row
judge(row + 1, rule, span);
