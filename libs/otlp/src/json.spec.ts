import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request } from '../../../test/fixtures/otlp/arbitrary.js';
import { requestOf, spanOf } from '../../../test/fixtures/otlp/spans.js';
import { decodeRequestJson } from './json/decode-request-json.js';
import { encodeRequestJson } from './json/encode-request-json.js';
import { spansFromJson } from './json/spans-json.js';
import { scan } from './scan/scan.js';
import type { AnyValue } from './span/attribute.js';
import { decodeRequest } from './span/decode-request.js';
import { encodeRequest } from './span/encode-request.js';
import type { TraceRequest } from './span/span.js';
import { OtlpError } from './wire/otlp-error.js';

function errorOf(text: string): OtlpError {
  try {
    decodeRequestJson(text);
  } catch (error) {
    if (error instanceof OtlpError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

const GOLDEN = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"checkout"}}]},
  "scopeSpans":[{"scope":{"name":"shop","version":"1.2"},"spans":[{
    "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","parentSpanId":"eee19b7ec3c1b173","name":"charge","kind":2,
    "startTimeUnixNano":"1699000000000000001","endTimeUnixNano":1699000002000000003,"flags":257,"droppedEventsCount":1,
    "attributes":[{"key":"n","value":{"intValue":"9007199254740993"}},{"key":"m","value":{"intValue":-9007199254740993}},
      {"key":"d","value":{"doubleValue":"-Infinity"}},{"key":"b","value":{"bytesValue":"AAEC"}},{"key":"e","value":{}},
      {"key":"l","value":{"arrayValue":{"values":[{"boolValue":true},{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":0.5}}]}}]}}}],
    "events":[{"timeUnixNano":"5","name":"retry"}],"status":{"code":"STATUS_CODE_ERROR","message":"no"},"inventedLater":{"x":[1]}}]}]}]}`;

describe('OTLP/JSON', () => {
  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(request, (model) => expect(decodeRequestJson(encodeRequestJson(model))).toEqual(model)),
      { numRuns: 200 },
    );
  });

  it('reads hex of either case, exact integers and names of enums, and ignores unknown members', () => {
    expect(decodeRequestJson(GOLDEN)).toEqual({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { type: 'string', value: 'checkout' } }], droppedAttributesCount: 0 },
          scopeSpans: [
            {
              scope: { name: 'shop', version: '1.2', attributes: [], droppedAttributesCount: 0 },
              spans: [
                spanOf({
                  parentSpanId: 'eee19b7ec3c1b173',
                  name: 'charge',
                  startTimeUnixNano: 1699000000000000001n,
                  endTimeUnixNano: 1699000002000000003n,
                  flags: 257,
                  droppedEventsCount: 1,
                  attributes: [
                    { key: 'n', value: { type: 'int', value: 9007199254740993n } },
                    { key: 'm', value: { type: 'int', value: -9007199254740993n } },
                    { key: 'd', value: { type: 'double', value: Number.NEGATIVE_INFINITY } },
                    { key: 'b', value: { type: 'bytes', value: new Uint8Array([0, 1, 2]) } },
                    { key: 'e', value: { type: 'empty' } },
                    {
                      key: 'l',
                      value: {
                        type: 'array',
                        value: [
                          { type: 'bool', value: true },
                          { type: 'kvlist', value: [{ key: 'k', value: { type: 'double', value: 0.5 } }] },
                        ],
                      },
                    },
                  ],
                  events: [{ timeUnixNano: 5n, name: 'retry', attributes: [], droppedAttributesCount: 0 }],
                  status: { code: 2, message: 'no' },
                }),
              ],
              schemaUrl: '',
            },
          ],
          schemaUrl: '',
        },
      ],
    });
  });

  it.each([
    ['a list', '[]', /^The body: expected an object, found a list/],
    [
      'an id that is not hex',
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"W47/9gOBMDJp"}]}]}]}',
      /^resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.traceId: expected hex/,
    ],
    [
      'a time as a float',
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":1.5}]}]}]}',
      /startTimeUnixNano: expected an integer from 0 to 18446744073709551615, found 1\.5/,
    ],
    ['names with underscores', '{"resource_spans":[]}', /resource_spans: OTLP\/JSON names are lowerCamelCase/],
  ])('refuses %s, saying where and what was expected', (_, text, message) => {
    const error = errorOf(text);
    expect(error.code).toBe('BT_OTLP_JSON_FIELD');
    expect(error.message).toMatch(message);
  });

  it('lists all invalid fields, not only the first', () => {
    const error = errorOf('{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"big","name":5}, 7]}]}]}');
    expect(error.fields.map(({ path }) => path.replace('resourceSpans[0].scopeSpans[0].', ''))).toEqual([
      'spans[0].name',
      'spans[0].kind',
      'spans[1]',
    ]);
  });

  it('refuses a value nested too deep, in protobuf and JSON alike', () => {
    const nested = (levels: number): AnyValue =>
      Array.from({ length: levels }).reduce<AnyValue>((value) => ({ type: 'array', value: [value] }), { type: 'empty' });
    const model = (levels: number): TraceRequest => requestOf([spanOf({ attributes: [{ key: 'a', value: nested(levels) }] })]);
    expect(decodeRequestJson(encodeRequestJson(model(64)))).toEqual(decodeRequest(encodeRequest(model(64))));
    scan(encodeRequest(model(64)));
    expect(errorOf(encodeRequestJson(model(65))).code).toBe('BT_OTLP_TOO_DEEP');
    expect(() => decodeRequest(encodeRequest(model(65)))).toThrow(OtlpError);
    expect(() => scan(encodeRequest(model(65)))).toThrow(OtlpError);
  });

  it('never throws anything but OtlpError, whatever the JSON', () => {
    const names = ['resourceSpans', 'scopeSpans', 'spans', 'attributes', 'value', 'arrayValue', 'values', 'kind', 'traceId', 'status'];
    const json = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom<unknown>(null, true, 0, -1, 1e300, 'x', '', 'ab'),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('json'), { maxKeys: 4 }),
      ),
    })).json;
    fc.assert(
      fc.property(json, (value) => {
        for (const read of [decodeRequestJson, spansFromJson]) {
          try {
            read(JSON.stringify(value));
          } catch (error) {
            expect(error).toBeInstanceOf(OtlpError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
