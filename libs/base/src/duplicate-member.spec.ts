import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { duplicateMember, hasDuplicateMember } from './duplicate-member.js';

describe('duplicateMember', () => {
  it.each([
    ['{"severity":"LOW","severity":"HIGH"}', 'severity'],
    [String.raw`{"a":[{"b":1,"x":{"\u0062":1},"\u0062":2}]}`, 'b'],
    ['{"a":{"__proto__":1,"__proto__":2}}', '__proto__'],
    ['{"":1,"":2}', ''],
    ['{"a":1 ,\t"b":":\\"",  "a" : {"a":1}}', 'a'],
  ])('finds it in %s', (json, name) => {
    const found = duplicateMember(json);
    expect(found?.name).toBe(name);
    const [second = ''] = /^"(?:[^"\\]|\\.)*"/.exec(json.slice(found?.offset)) ?? [];
    expect([JSON.parse(second), json.slice(0, found?.offset).includes('"')]).toEqual([name, true]);
    expect(hasDuplicateMember(Buffer.from(json), JSON.parse(json))).toBe(true);
  });

  it('finds none where JSON has none', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(2), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), undefined, indent);
        expect(duplicateMember(text)).toBeUndefined();
        expect(hasDuplicateMember(Buffer.from(text), JSON.parse(text))).toBe(false);
      }),
    );
    const deep = `${'{"a":['.repeat(100_000)}${']}'.repeat(100_000)}`;
    expect(hasDuplicateMember(Buffer.from(deep), JSON.parse(deep))).toBe(false);
    expect(duplicateMember(String.raw`[{"a":"{\"a\":1,"},{"a":"a"},"a"]`)).toBeUndefined();
  });
});
