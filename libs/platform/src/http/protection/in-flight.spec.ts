import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../configuration/load-configuration.js';
import { InFlight } from './in-flight.js';

const gate = (monotonic = () => 0) => {
  const environment = { BETRACE_REQUEST_LIMIT: '100000', BETRACE_IN_FLIGHT_LIMIT: '300000' };
  return new InFlight(loadConfiguration({ environment, directory: '/nowhere' }).configuration, { now: () => 0, monotonic });
};

describe('bytes in flight', () => {
  it('are refused beyond the limit, with a hint when to retry', () => {
    const inFlight = gate();
    const first = inFlight.reserve(200_000);
    expect(() => inFlight.reserve(100_001)).toThrow(expect.objectContaining({ code: 'BT_HTTP_OVERLOADED', status: 503, retryAfter: 1 }));
    expect(inFlight.bytes).toBe(200_000);
    first.release();
    expect(inFlight.reserve(300_000)).toBeDefined();
  });

  it('are released once, however often that is called', () => {
    const inFlight = gate();
    const first = inFlight.reserve(10);
    first.grow(20);
    const second = inFlight.reserve(5);
    first.release();
    first.release();
    expect(inFlight.bytes).toBe(5);
    second.release();
    expect(inFlight.bytes).toBe(0);
  });

  it('of stalled uploads go to active ones, longest stalled first; active ones and those waiting for the log keep theirs', () => {
    let now = 0;
    const inFlight = gate(() => now);
    const aborted: string[] = [];
    const upload = (name: string) => {
      const reservation = inFlight.reserve();
      reservation.receiving(({ code }) => aborted.push(`${name} ${code}`));
      return reservation;
    };
    const [first, second] = [upload('first'), upload('second')];
    const written = upload('written');
    for (const one of [first, second, written]) one.grow(70_000);
    written.received();
    now = 4_000;
    first.grow(70_000);
    const refused = upload('refused');
    expect(() => refused.grow(30_000)).toThrow(expect.objectContaining({ code: 'BT_HTTP_OVERLOADED' }));
    now = 5_000;
    refused.grow(30_000);
    expect([aborted, inFlight.bytes]).toEqual([['second BT_HTTP_TIMEOUT'], 240_000]);
    second.release();
    expect(inFlight.bytes).toBe(240_000);
    now = 9_000;
    expect(() => upload('last').grow(290_000)).toThrow(expect.objectContaining({ code: 'BT_HTTP_OVERLOADED' }));
    expect(aborted).toEqual(['second BT_HTTP_TIMEOUT', 'first BT_HTTP_TIMEOUT', 'refused BT_HTTP_TIMEOUT']);
  });

  it('of very many stalled uploads go to a healthy sender after a second; slow active ones keep theirs for five', () => {
    let now = 0;
    const inFlight = gate(() => now);
    const aborted: string[] = [];
    const upload = (name: string, bytes: number) => {
      const reservation = inFlight.reserve(0, { name });
      reservation.receiving(({ code }) => aborted.push(`${name} ${code}`));
      reservation.grow(bytes);
      return reservation;
    };
    const slow = Array.from({ length: 10 }, (_, n) => upload(`slow ${n}`, 2_000));
    for (let n = 0; n < 140; n++) upload(`stalled ${n}`, 2_000);
    now = 900;
    for (const one of slow) one.grow(0);
    expect(() => upload('early', 10_000)).toThrow(expect.objectContaining({ code: 'BT_HTTP_OVERLOADED' }));
    now = 1_000;
    upload('healthy', 100_000);
    expect(aborted).toEqual(Array.from({ length: 50 }, (_, n) => `stalled ${n} BT_HTTP_OVERLOADED`));
    expect(inFlight.bytes).toBe(300_000);
  });

  it('of a few uploads that pause for a second stay theirs, though others need memory', () => {
    let now = 0;
    const inFlight = gate(() => now);
    const waiting = inFlight.reserve(200_000);
    const aborted: string[] = [];
    for (const name of ['one', 'other']) {
      const pausing = inFlight.reserve(0, { name });
      pausing.receiving(({ code }) => aborted.push(`${name} ${code}`));
      pausing.grow(40_000);
    }
    now = 2_000;
    expect(() => inFlight.reserve(30_000, {})).toThrow(expect.objectContaining({ code: 'BT_HTTP_OVERLOADED' }));
    expect([aborted, inFlight.bytes]).toEqual([[], 280_000]);
    waiting.release();
  });
});
