import { describe, expect, it } from '@jest/globals';
import { instant } from './instant.js';

describe('instant', () => {
  it.each([
    ['Unix seconds, as `date +%s` prints them', '1699000000', 1_699_000_000_000],
    ['seconds with decimals', '1699000000.25', 1_699_000_000_250],
    ['milliseconds, as JavaScript counts', '1699000000123', 1_699_000_000_123],
    ['microseconds', '1699000000123456', 1_699_000_000_123],
    ['nanoseconds, as OTLP counts', '1699000000123456789', 1_699_000_000_123],
    ['zero is the beginning', '0', 0],
    ['RFC 3339 in UTC', '2023-11-03T08:26:40Z', 1_699_000_000_000],
    ['RFC 3339 with an offset', '2023-11-03T09:26:40+01:00', 1_699_000_000_000],
    ['an offset whose plus sign was not encoded', '2023-11-03T09:26:40 01:00', 1_699_000_000_000],
    ['a time without a zone is UTC', '2023-11-03T08:26:40', 1_699_000_000_000],
    ['a small t and z', '2023-11-03t08:26:40z', 1_699_000_000_000],
    ['a small t without a zone, wherever the server runs', '2023-11-03t08:26:40', 1_699_000_000_000],
    ['a leap second is the next one', '2016-12-31T23:59:60Z', 1_483_228_800_000],
    ['a leap second with decimals in another zone', '2017-01-01T05:29:60.25+05:30', 1_483_228_800_250],
    ['a day is its beginning in UTC', '2023-11-03', 1_698_969_600_000],
  ])('%s', (_sentence, text, expected) => expect(instant(text)).toBe(expected));

  it.each([
    ['2026-02-29', false],
    ['2026-02-30T00:00:00Z', false],
    ['2026-04-31', false],
    ['2028-02-29', true],
    ['1900-02-29', false],
    ['2000-02-29', true],
    ['2026-12-31T23:59:59+01:00', true],
    ['2026-01-00', false],
  ])('refuses days that do not exist: %s', (text, isTaken) => expect(instant(text) !== undefined).toBe(isTaken));

  it.each([
    '',
    'yesterday',
    '-5',
    '12:00',
    '2023-13-45T00:00:00Z',
    '2023-11-03T08:26:60Z',
    '2017-01-01T23:59:60Z',
    '2016-12-31T23:59:61Z',
    '1e9',
    'NaN',
    '9'.repeat(23),
    '9'.repeat(400),
  ])('refuses %j', (text) => expect(instant(text)).toBeUndefined());
});
