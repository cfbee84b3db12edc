import { describe, expect, it } from '@jest/globals';
import type { Span } from '../api/types';
import { rowTowards, traceRows } from './trace-rows';

const span = (span_id: string, parent_id: string | undefined, kind: string, start: number): Span =>
  ({ span_id, parent_id, kind, name: kind, start_time: String(start), end_time: String(start + 10) }) as Span;

/** Of a call with one id for both sides, as in Zipkin: the client calls the cache, too. The last span has two forms. */
const { rows } = traceRows([
  span('root', undefined, 'internal', 0),
  span('call', 'root', 'client', 1),
  span('cache', 'call', 'internal', 2),
  span('call', 'root', 'server', 3),
  span('end', 'root', 'internal', 4),
  span('end', 'root', 'producer', 5),
]);
const idOf = (row: (typeof rows)[number] | undefined) => row?.span.span_id;
const indexOf = (id: string) => rows.findIndex((row) => idOf(row) === id);

describe('rows of a trace in which spans share an id', () => {
  it('have keys of their own', () => {
    expect(rows.map((row) => `${row.sameIdBefore}:${idOf(row)}`)).toEqual(['0:root', '0:call', '0:cache', '1:call', '0:end', '1:end']);
  });

  it('are passed by keys in both directions, to either end', () => {
    const passed = (from: string, by: number) => {
      const ids = [from];
      for (let n = 0; n < rows.length; n++) {
        const at = indexOf(ids.at(-1) ?? '');
        ids.push(idOf(rowTowards(rows, at, at + by)) ?? '');
      }
      return [...new Set(ids)];
    };
    expect(passed('root', 1)).toEqual(['root', 'call', 'cache', 'end']);
    expect(passed('end', -1)).toEqual(['end', 'cache', 'call', 'root']);
    expect(idOf(rowTowards(rows, 0, 100))).toBe('end');
    expect(idOf(rowTowards(rows, indexOf('end'), -100))).toBe('root');
    expect(idOf(rowTowards(rows, indexOf('cache'), rows.length - 1))).toBe('end');
    expect(idOf(rowTowards(rows, indexOf('end'), rows.length - 1))).toBe('end');
    expect(idOf(rowTowards(rows, -1, 0))).toBe('root');
    expect(idOf(rowTowards(rows, -1, -2))).toBe('root');
    expect(rowTowards([], -1, 0)).toBeUndefined();
  });
});
