import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { duplicateMember } from './duplicate-member.js';

describe('duplicateMember', () => {
  it.each([
    ['{"severity":"LOW","severity":"HIGH"}', 'severity'],
    [String.raw`{"a":[{"b":1,"x":{"\u0062":1},"\u0062":2}]}`, 'b'],
    ['{"a":{"__proto__":1,"__proto__":2}}', '__proto__'],
    ['{"":1,"":2}', ''],
  ])('finds it in %s', (json, name) => expect(duplicateMember(json)).toBe(name));

  it('finds none where JSON has none', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(2), (json, indent) =>
        expect(duplicateMember(JSON.stringify(JSON.parse(json), undefined, indent))).toBeUndefined(),
      ),
    );
    expect(duplicateMember(String.raw`[{"a":"{\"a\":1,"},{"a":"a"},"a"]`)).toBeUndefined();
  });
});
