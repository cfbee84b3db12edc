import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { project } from '../columns/project.js';
import { SpanColumns } from '../columns/span-columns.js';
import { decodeRequest } from '../span/decode-request.js';
import { OtlpError } from '../wire/otlp-error.js';
import { scan } from './scan.js';

/** Bytes that occur in attributes: tags, lengths, ends of numbers, so that short sequences are often valid. */
const byte = fc.oneof(
  fc.constantFrom(0x00, 0x01, 0x02, 0x03, 0x0a, 0x10, 0x12, 0x18, 0x21, 0x2a, 0x32, 0x3a, 0x7f, 0x80, 0xff),
  fc.integer({ min: 0, max: 255 }),
);
const message = fc.array(byte, { maxLength: 14 });

const nested = (tag: number, body: readonly number[]): number[] => [tag, body.length, ...body];
const ids = [...nested(0x0a, new Array<number>(16).fill(1)), ...nested(0x12, new Array<number>(8).fill(2))];
const requestWith = (fields: readonly number[]): Uint8Array =>
  Uint8Array.from(nested(0x0a, nested(0x12, nested(0x12, [...ids, ...fields]))));

function refuses(read: () => unknown, twoIds = true): boolean {
  try {
    read();
    return false;
  } catch (error) {
    if (!(error instanceof OtlpError)) throw error;
    return error.message.includes('more than one trace_id or span_id') ? twoIds : true; // for the scan alone to refuse
  }
}

/** Key `a`, then a value of arbitrary bytes. */
const attribute = message.map((value) => nested(0x4a, [...nested(0x0a, [0x61]), ...nested(0x12, value)]));
const spanFields = fc.oneof(
  attribute,
  message.map((body) => nested(0x4a, body)), // an attribute made of any bytes
  message.map((body) => nested(0x5a, body)), // an event
  message.map((body) => nested(0x6a, body)), // a link
  message.map((body) => nested(0x7a, body)), // a status
  message, // any fields
);

describe('the check of messages', () => {
  it.each([
    ['a bool without value', [0x10]],
    ['an int without end', [0x18, 0xff]],
    ['a string that is cut', [0x0a, 0x05, 0x61]],
    ['a double that is cut', [0x21, 0, 0, 0]],
    ['a list that is cut', [0x2a, 0x02, 0x0a]],
  ])('refuses %s', (_, value) => {
    const bytes = requestWith(nested(0x4a, [...nested(0x0a, [0x61]), ...nested(0x12, value)]));
    expect(() => scan(bytes)).toThrow(OtlpError);
    expect(() => decodeRequest(bytes)).toThrow(OtlpError);
  });

  it('refuses exactly what full decode refuses; projection accepts everything that passes', () => {
    const columns = new SpanColumns();
    const projection = { fields: new Set(['status', 'status_message']), attributes: ['a'], resourceAttributes: [] };
    fc.assert(
      fc.property(spanFields, (fields) => {
        const bytes = requestWith(fields);
        const refused = refuses(() => decodeRequest(bytes));
        expect(refuses(() => scan(bytes), refused)).toBe(refused);
        columns.clear();
        if (!refused) project(bytes, projection, columns);
      }),
      { numRuns: 5000 },
    );
  });
});
