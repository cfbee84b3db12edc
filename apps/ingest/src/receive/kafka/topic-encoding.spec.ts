import { describe, expect, it } from '@jest/globals';
import { encodeRequest, encodeRequestJson, OtlpError } from '#otlp';
import { aRequest, aSpan } from '../../../../../test/fixtures/ingest/requests.js';
import { parseReceivedTopic, topicRecordToProtobuf } from './topic-encoding.js';

const bytes = encodeRequest(aRequest());
const json = Buffer.from(encodeRequestJson(aRequest()));

const read = (value: Uint8Array): Uint8Array => topicRecordToProtobuf(value).bytes;

describe('the setting of a received topic', () => {
  it.each([
    ['a name', 'otlp_spans', { name: 'otlp_spans' }],
    ['a name and an encoding', 'team-a.spans:otlp_json', { name: 'team-a.spans', encoding: 'otlp_json' }],
    ['an encoding that is unknown', 'otlp_spans:jaeger_proto', undefined],
    ['no name', ':otlp_json', undefined],
    ['a name that Kafka does not allow', 'my spans', undefined],
    ['too much', 'a:otlp_json:b', undefined],
  ])('%s', (_, text, expected) => expect(parseReceivedTopic(text)).toEqual(expected));
});

describe('the encoding of a record', () => {
  it('is detected when it is not configured', () => {
    expect(read(bytes)).toBe(bytes);
    for (const before of ['', '\n\t ', '\uFEFF', '\uFEFF \n']) {
      expect(Buffer.from(read(Buffer.concat([Buffer.from(before), json]))).equals(bytes)).toBe(true);
    }
    expect(read(new Uint8Array(0))).toHaveLength(0);
  });

  it('is protobuf even when it looks like JSON after a newline', () => {
    // The tag of the request's field is a newline; a ResourceSpans of 123 bytes makes the next byte a brace.
    for (let length = 0; length < 200; length++) {
      const value = encodeRequest({
        resourceSpans: [{ resource: { attributes: [], droppedAttributesCount: 0 }, scopeSpans: [], schemaUrl: 'x'.repeat(length) }],
      });
      if (value[1] !== 0x7b) continue;
      expect(read(value)).toBe(value);
      return;
    }
    throw new Error('no request had the length');
  });

  it('is what the setting says', () => {
    const large = encodeRequest(aRequest([aSpan({ name: 'x'.repeat(500) })]));
    expect(topicRecordToProtobuf(large, 'otlp_proto').bytes).toBe(large);
    expect(() => topicRecordToProtobuf(large, 'otlp_json')).toThrow(OtlpError);
  });
});
