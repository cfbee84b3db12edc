import { describe, expect, it } from '@jest/globals';
import { DEFAULT_ASSEMBLY } from '#engine';
import { judgementOf } from './judgement.js';

const settings = { assembly: DEFAULT_ASSEMBLY, evaluationTimeout: 100, foreignProducers: true, version: '1.0.0' };

describe('the way in which an evaluator judges', () => {
  it('is the same with another memory budget, and for any order of settings', () => {
    const reversed = Object.fromEntries(Object.entries(DEFAULT_ASSEMBLY).reverse()) as unknown as typeof DEFAULT_ASSEMBLY;
    expect(judgementOf({ ...settings, assembly: { ...reversed, memoryBudget: 7 } })).toBe(judgementOf(settings));
    expect(judgementOf(settings)).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ...Object.keys(DEFAULT_ASSEMBLY)
      .filter((setting) => setting !== 'memoryBudget')
      .map((setting) => ({ assembly: { ...DEFAULT_ASSEMBLY, [setting]: 7 } })),
    { assembly: { ...DEFAULT_ASSEMBLY, tolerance: 7 } },
    { evaluationTimeout: 7 },
    { foreignProducers: false },
    { version: '1.0.1' },
  ])('is another with %j', (other) => expect(judgementOf({ ...settings, ...other })).not.toBe(judgementOf(settings)));
});
