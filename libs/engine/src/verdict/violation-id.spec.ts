import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { violationId } from './violation-id.js';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = { wireSpanId: '00f067aa0ba902b7', isServer: false, start: 1_699_000_000_000_000_000n, duration: 5, form: 0x24 };

describe('violationId', () => {
  it('is viol- and the first 32 hex digits of SHA-256 over rule, trace and span', () => {
    const digest = createHash('sha256').update(`slow\0${trace}\u000000f067aa0ba902b7\0\u00001699000000000000000\u00005\0`).digest('hex');
    expect(violationId('slow', trace, span)).toBe(`viol-${digest.slice(0, 32)}`);
  });

  it('differs by rule, trace, span, side of a call, and form of the span', () => {
    const ids = [
      violationId('slow', trace, span),
      violationId('slow2', trace, span),
      violationId('slow', `${trace.slice(1)}0`, span),
      violationId('slow', trace, { ...span, wireSpanId: '00f067aa0ba902b8' }),
      violationId('slow', trace, { ...span, isServer: true }),
      violationId('slow', trace, { ...span, start: 0n }),
      violationId('slow', trace, { ...span, duration: 6 }),
      violationId('slow', trace, { ...span, form: 0x25 }),
      violationId('slow', trace, { ...span, form: 0x27 }),
      violationId('slow', trace),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
