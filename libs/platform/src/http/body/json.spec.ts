import { describe, expect, it } from '@jest/globals';
import { parseJsonBody } from './json.js';

/** JSON in which each character of a key is plain or an escape, by the bits of `mask`. */
function spelled(key: string, mask: number): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return [...key].map((character, n) => ((mask >> n) & 1 ? escaped(character) : character)).join('');
}

describe('a JSON body', () => {
  it('with the key __proto__ is refused in any spelling, at any level', () => {
    for (let mask = 0; mask < 2 ** '__proto__'.length; mask++) {
      const text = `{"a":[{"${spelled('__proto__', mask)}":{"isAdmin":true}}]}`;
      expect(() => parseJsonBody(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'BT_HTTP_BAD_JSON' }));
    }
    const upper = '{"\\u005F\\u005Fproto\\u005F\\u005F":1}';
    expect(() => parseJsonBody(Buffer.from(upper))).toThrow(expect.objectContaining({ code: 'BT_HTTP_BAD_JSON' }));
  });

  it('of too many levels is refused, in lists and objects, but not for brackets in a text', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const nested = (levels: number) => Buffer.from(`${open.repeat(levels)}1${close.repeat(levels)}`);
      expect(parseJsonBody(nested(500))).toBeDefined();
      for (const levels of [501, 100_000]) expect(() => parseJsonBody(nested(levels))).toThrow(/more than 500 levels/);
    }
    const text = `\\"${'['.repeat(1_000)}`;
    expect(parseJsonBody(Buffer.from(JSON.stringify([text, text])))).toEqual([text, text]);
    expect(parseJsonBody(Buffer.from(JSON.stringify(Array.from({ length: 1_000 }, () => [{}]))))).toHaveLength(1_000);
  });

  it('may contain the word in a value, and any escapes', () => {
    const body = { text: '__proto__ \u0007', proto: ['__proto__'], é: '\u2028' };
    expect(parseJsonBody(Buffer.from(JSON.stringify(body)))).toEqual(body);
  });

  it('with a duplicate member is refused with the place of the second, since a proxy may have checked the other', () => {
    const text = '{"name": "a",\n  "severity": "LOW",\n  "severity": "CRITICAL"}';
    expect(() => parseJsonBody(Buffer.from(text))).toThrow(/the member "severity" comes twice in one object: again at line 3, column 3/);
    for (const twice of ['{"a":[{"b":1,"\\u0062":2}]}', '[{"":0,"":0}]', `{"x":"${'é:"'.replace('"', '\\"')}","x":1}`]) {
      expect(() => parseJsonBody(Buffer.from(twice))).toThrow(/comes twice/);
    }
    for (const once of ['[{"a":1},{"a":1}]', '{"a":{"a":{"a":":"}},"b":"a\\":"}', '":"', '[]']) {
      expect(parseJsonBody(Buffer.from(once))).toEqual(JSON.parse(once));
    }
  });
});
