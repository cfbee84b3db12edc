import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { betrace } from '../../testing/fake-terminal.js';

describe('betrace keys new', () => {
  it('prints the key and its entry as JSON', async () => {
    const { code, out, err } = await betrace(['keys', 'new', 'ci', '--scope', 'read', '--scope', 'read', '--output', 'json']);
    const { key, entry } = JSON.parse(out);
    expect([code, err, entry]).toEqual([0, '', { name: 'ci', sha256: createHash('sha256').update(key).digest('hex'), scopes: ['read'] }]);
  });
});
