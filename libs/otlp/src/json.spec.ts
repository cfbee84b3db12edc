import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request } from '../../../test/fixtures/otlp/arbitrary.js';
import { decodeRequestJson } from './json-decode.js';
import { encodeRequestJson } from './json-encode.js';

describe('OTLP/JSON', () => {
  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(request, (model) => expect(decodeRequestJson(encodeRequestJson(model))).toEqual(model)),
      { numRuns: 300 },
    );
  });
});
