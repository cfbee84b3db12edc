import { describe, expect, it } from '@jest/globals';
import { ruleIdOfName } from './rule-id-of-name.js';

describe('ruleIdOfName', () => {
  it.each([
    ['a name that is one already stays as it is', 'slow-requests', 'slow-requests'],
    ['spaces and capitals become hyphens and small letters', 'Slow Requests', 'slow-requests'],
    ['punctuation is one hyphen, none at the ends', '  PII: access / no audit! ', 'pii-access-no-audit'],
    ['accents are dropped', 'Zahlung über Limit', 'zahlung-uber-limit'],
    ['letters of other scripts stay', '遅い リクエスト', '遅い-リクエスト'],
  ])('%s', (_sentence, name, expected) => expect(ruleIdOfName(name)).toBe(expected));

  it('gives names without letters an id of their own', () => {
    expect(ruleIdOfName('!!!')).toMatch(/^rule-[0-9a-f]{12}$/);
    expect(ruleIdOfName('!!!')).not.toBe(ruleIdOfName('???'));
  });

  it('is never longer than 64 characters and never ends with a hyphen', () => {
    const long = ruleIdOfName(`${'a'.repeat(63)} b`);
    expect(long).toBe('a'.repeat(63));
  });
});
