import { describe, expect, it } from '@jest/globals';
import { release } from './release.js';

describe('releasing bytes', () => {
  it('empties bytes that have a buffer of their own', () => {
    const bytes = Buffer.allocUnsafeSlow(100_000);
    release(bytes);
    expect(bytes.length).toBe(0);
    expect(bytes.buffer.byteLength).toBe(0);
  });

  it('keeps bytes whose buffer holds others too', () => {
    const whole = Buffer.allocUnsafeSlow(100).fill(7);
    release(whole.subarray(0, 50));
    release(whole.subarray(50));
    expect(whole.every((byte) => byte === 7)).toBe(true);
    const pooled = Buffer.from('a text of the pool that Node shares between small buffers');
    release(pooled);
    expect(pooled.toString()).toMatch(/^a text/);
  });

  it('may be called twice', () => {
    const bytes = new Uint8Array(10);
    release(bytes);
    expect(() => release(bytes)).not.toThrow();
  });
});
