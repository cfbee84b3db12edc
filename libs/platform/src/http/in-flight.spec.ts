import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../configuration/load.js';
import { InFlight } from './in-flight.js';

const gate = () => {
  const environment = { BETRACE_REQUEST_LIMIT: '100', BETRACE_IN_FLIGHT_LIMIT: '300' };
  return new InFlight(loadConfiguration({ environment, directory: '/nowhere' }).configuration);
};

describe('bytes in flight', () => {
  it('are refused beyond the limit, with a hint when to retry', () => {
    const inFlight = gate();
    const first = inFlight.reserve(200);
    expect(() => inFlight.reserve(101)).toThrow(expect.objectContaining({ code: 'BT_HTTP_OVERLOADED', status: 503, retryAfter: 1 }));
    expect(inFlight.bytes).toBe(200);
    first.release();
    expect(inFlight.reserve(300)).toBeDefined();
  });

  it('are given back once, however often that is asked', () => {
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
});
