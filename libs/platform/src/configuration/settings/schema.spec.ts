import { describe, expect, it } from '@jest/globals';
import { KEYS } from './keys.js';

describe('the configuration schema', () => {
  it.each(KEYS.map((key) => [key.name, key] as const))('%s has a default that its own type reads back', (_, { setting }) => {
    for (const value of [setting.default, setting.testDefault]) {
      if (value !== undefined) expect(setting.type.parse(setting.type.show(value))).toEqual(value);
    }
  });

  it('names no variable or flag twice', () => {
    const variables = KEYS.flatMap((key) => key.setting.env);
    const flags = KEYS.flatMap((key) => key.flags);
    expect(new Set(variables).size).toBe(variables.length);
    expect(new Set(flags).size).toBe(flags.length);
  });

  it('gives secrets no flag', () => {
    for (const { setting, flags } of KEYS) if (setting.secret) expect(flags).toEqual([]);
  });
});
