import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readKeys } from './keys-file.js';
import { mayDo, SCOPES } from './scopes.js';

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const entry = { name: 'ci', sha256: hashOf('sesame'), scopes: ['read'] };
const yaml = (...entries: readonly unknown[]) => JSON.stringify({ keys: entries });

describe('the file of API keys', () => {
  it('is YAML or JSON', () => {
    const expected = [{ name: 'ci', hash: Buffer.from(entry.sha256, 'hex'), scopes: ['read'] }];
    expect(readKeys(yaml(entry))).toEqual(expected);
    expect(readKeys(`# who may do what\nkeys:\n  - name: ci\n    sha256: ${entry.sha256}\n    scopes: [read]\n`)).toEqual(expected);
    expect(readKeys('keys: []')).toEqual([]);
  });

  it.each([
    ['', 'it has no list "keys"'],
    ['keys: {}', 'it has no list "keys"'],
    ['- a', 'it has no list "keys"'],
    ['keys: [', 'it is neither YAML nor JSON: line 1 cannot be read'],
    [yaml('sesame'), 'key 1 is not an object'],
    [yaml(null), 'key 1 is not an object'],
    ['keys:\n  -', 'key 1 is not an object'],
    [yaml({ ...entry, scope: 'read' }), 'key 1 has the unknown member "scope". Did you mean scopes?'],
    [yaml(entry, { ...entry, sha256: hashOf('b') }), 'key 2 has the name of another'],
    [yaml(entry, { ...entry, name: 'b' }), 'key 2 has the sha256 of another'],
    [yaml({ ...entry, scopes: [] }), 'key 1 has no "scopes" of read, rules:write, ingest, admin'],
    [yaml({ ...entry, scopes: ['write'] }), 'key 1 has no "scopes" of read, rules:write, ingest, admin'],
    [yaml({ ...entry, scopes: 'read' }), 'key 1 has no "scopes"'],
    [yaml({ ...entry, sha256: 'sesame' }), 'key 1 has no "sha256" of 64 lower-case hex digits'],
    [yaml({ ...entry, sha256: entry.sha256.toUpperCase() }), 'key 1 has no "sha256"'],
    [yaml({ ...entry, name: 'a b' }), 'key 1 has no "name"'],
    [yaml({ ...entry, name: 7 }), 'key 1 has no "name"'],
    [JSON.stringify({ keys: [], Keys: [] }), 'there is no "Keys"'],
  ])('%j is refused', (text, said) => {
    expect(() => readKeys(text)).toThrow(said);
  });

  it('quotes no key that was written in place of its hash', () => {
    expect(() => readKeys(yaml({ ...entry, sha256: 'my secret' }))).toThrow(/^(?!.*my secret)/);
  });
});

it('scopes: admin includes all, rules:write includes read, and no other scope includes another', () => {
  const may = Object.fromEntries(SCOPES.map((held) => [held, SCOPES.filter((needed) => mayDo([held], needed))]));
  expect(may).toEqual({
    read: ['read'],
    'rules:write': ['read', 'rules:write'],
    ingest: ['ingest'],
    admin: ['read', 'rules:write', 'ingest', 'admin'],
  });
});
