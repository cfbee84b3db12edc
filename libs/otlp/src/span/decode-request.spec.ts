import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request } from '../../../../test/fixtures/otlp/arbitrary.js';
import { referenceEncode } from '../../../../test/fixtures/otlp/reference.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

describe('full decode and encode', () => {
  it('decodes what protobufjs encoded', () => {
    fc.assert(
      fc.property(request, (model) => expect(decodeRequest(referenceEncode(model))).toEqual(model)),
      { numRuns: 200 },
    );
  });

  it('encodes byte for byte what protobufjs encodes', () => {
    fc.assert(
      fc.property(request, (model) => {
        expect(Buffer.from(encodeRequest(model)).toString('hex')).toBe(Buffer.from(referenceEncode(model)).toString('hex'));
      }),
      { numRuns: 200 },
    );
  });
});
