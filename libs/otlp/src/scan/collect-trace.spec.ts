import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request } from '../../../../test/fixtures/otlp/arbitrary.js';
import { encodeRequest } from '../span/encode-request.js';
import type { TraceRequest } from '../span/span.js';
import { collectTrace } from './collect-trace.js';

const TRACE = '5b8efff798038103d269b633813fc60c';

function onlyTrace(model: TraceRequest): TraceRequest {
  const resourceSpans = model.resourceSpans.map((resource) => ({
    ...resource,
    scopeSpans: resource.scopeSpans
      .filter(({ scope }) => scope?.name !== 'betrace')
      .map((scope) => ({ ...scope, spans: scope.spans.filter(({ traceId }) => traceId === TRACE) }))
      .filter(({ spans }) => spans.length > 0),
  }));
  return { resourceSpans: resourceSpans.filter(({ scopeSpans }) => scopeSpans.length > 0) };
}

describe('collectTrace', () => {
  it('decodes the spans of one trace, in their resources and scopes, and no others', () => {
    fc.assert(
      fc.property(request, (model) => {
        expect(collectTrace(encodeRequest(model), TRACE)).toEqual(onlyTrace(model));
      }),
      { numRuns: 200 },
    );
  });

  it('accepts the id in either case, and refuses invalid ones', () => {
    expect(collectTrace(new Uint8Array(0), TRACE.toUpperCase())).toEqual({ resourceSpans: [] });
    expect(() => collectTrace(new Uint8Array(0), 'test-trace-001')).toThrow(TypeError);
  });
});
