import { describe, expect, it } from '@jest/globals';
import { keyRing, signViolation } from '#signing';
import { betrace } from '../../testing/fake-terminal.js';

const KEY = 'a key that only this test knows';
const environment = { BETRACE_SIGNATURE_KEY: KEY };
const signed = (revision: number) => ({
  ...signViolation(
    { id: 'viol-1', revision, timestamp_ms: 1_699_000_002_345, message: 'ü\n😀' },
    keyRing({ key: KEY, development: false }),
  ),
  timestamp: 1_699_000_002,
});
const verify = (stdin: string) => betrace(['verify', '-'], { stdin, environment });
const lines = (...values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

describe('betrace verify of answers', () => {
  it.each([
    ['revisions', JSON.stringify({ id: 'viol-1', standing: { revision: 2 }, revisions: [signed(1), signed(2)], total: 2 })],
    ['lines', lines(signed(1), signed(2))],
    ['lines that end as on Windows, and an empty one', `${lines(signed(1), signed(2)).replaceAll('\n', '\r\n')}\r\n`],
  ])('reads %s', async (_, text) => {
    expect(await verify(text)).toMatchObject({ code: 0, out: expect.stringContaining('2 of 2 valid') });
  });

  it('detects the changed one among revisions and lines', async () => {
    const changed = { ...signed(2), message: 'nothing happened' };
    for (const text of [JSON.stringify({ revisions: [signed(1), changed] }), lines(signed(1), changed)]) {
      expect(await verify(text)).toMatchObject({ code: 1, out: expect.stringContaining('1 of 2 valid') });
    }
  });

  it.each([
    ['a line that was cut', lines(signed(1), signed(2)).slice(0, -20), /line 2: /],
    ['a member that a line has twice', `${lines(signed(1))}{"id":"a","id":"b"}\n`, /the member "id" twice/],
    ['a line that is not a violation', lines(signed(1), 5), /has no id/],
    ['JSON that was cut', JSON.stringify([signed(1)], undefined, 1).slice(0, -3), /BT_CLI_NOT_VIOLATIONS(?!.*line 1: )/],
    ['revisions that are not a list', JSON.stringify({ revisions: 5 }), /is not a list/],
  ])('says what is wrong with %s', async (_, text, message) => {
    expect(await verify(text)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });
});
