import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { violationId } from './violation-id.js';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('violationId', () => {
  it('is viol- and the first 32 hex digits of SHA-256 over rule, trace and span', () => {
    const digest = createHash('sha256').update(`slow\0${trace}\u000000f067aa0ba902b7\0`).digest('hex');
    expect(violationId('slow', trace, '00f067aa0ba902b7')).toBe(`viol-${digest.slice(0, 32)}`);
  });

  it('is another for another rule, trace, span, or none', () => {
    const ids = [
      violationId('slow', trace, '00f067aa0ba902b7'),
      violationId('slow2', trace, '00f067aa0ba902b7'),
      violationId('slow', `${trace.slice(1)}0`, '00f067aa0ba902b7'),
      violationId('slow', trace, '00f067aa0ba902b8'),
      violationId('slow', trace, ''),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
