import { describe, expect, it } from '@jest/globals';
import { keyRing, signViolation } from '#signing';
import { betrace } from '../../testing/fake-terminal.js';

const KEY = 'a key that only this test knows';
const environment = { BETRACE_SIGNATURE_KEY: KEY };
const RECORD = 'betrace.violation.record';

const record = signViolation(
  { id: 'viol-1', revision: 1, rule_id: 'slow', timestamp_ms: 1_699_000_002_345, message: 'ü😀'.repeat(2_000) },
  keyRing({ key: KEY, development: false }),
);
const text = JSON.stringify(record);
const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
});
const half = text.length >> 1;
const parts = [attribute(`${RECORD}.parts`, 2), attribute(`${RECORD}.2`, text.slice(half)), attribute(`${RECORD}.1`, text.slice(0, half))];
const spans = (attributes: readonly object[]) => [
  {
    scopeSpans: [
      {
        spans: [
          { name: 'other', attributes: [] },
          { name: 'x', attributes },
        ],
      },
    ],
  },
];
const verify = (value: unknown) => betrace(['verify', '-'], { stdin: JSON.stringify(value), environment });

describe('betrace verify of exported spans', () => {
  it.each([
    ['OTLP/JSON', { resourceSpans: spans([attribute(RECORD, text)]) }],
    ['OTLP/JSON, the record in parts', { resourceSpans: spans(parts) }],
    ["Tempo's /api/traces", { batches: spans(parts) }],
    ["Tempo's /api/v2/traces", { trace: { resourceSpans: spans(parts) } }],
    ['a span alone', { name: 'betrace.violation', attributes: parts }],
  ])('finds the record in %s', async (_, value) => {
    expect(await verify(value)).toMatchObject({ code: 0, out: expect.stringContaining('1 of 1 valid') });
  });

  it('detects a changed part', async () => {
    const changed = parts.map((part) => ({
      ...part,
      value: { ...part.value, stringValue: part.value.stringValue?.replace('slow', 'fast') },
    }));
    expect(await verify({ resourceSpans: spans(changed) })).toMatchObject({ code: 1 });
  });

  it.each([
    ['a part is missing', parts.slice(0, 2), /betrace\.violation\.record\.1 is missing/],
    ['the record was cut', [attribute(RECORD, text.slice(0, 2_048))], /was truncated by its store/],
    ['there is no record', [attribute('betrace.violation.id', 'viol-1')], /no span in it has betrace\.violation\.record/],
  ])('says what is wrong when %s', async (_, attributes, message) => {
    expect(await verify({ resourceSpans: spans(attributes) })).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });
});
