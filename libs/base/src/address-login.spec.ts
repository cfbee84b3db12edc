import { describe, expect, it } from '@jest/globals';
import { addressWithoutLogin, hasStrayLogin, withoutLogin } from './address-login.js';

/** No address has a part of `hunter2` but within its login. */
const PASSWORDS = [
  'hunter2',
  '1/hunter2',
  '1?hunter2',
  '1#hunter2',
  'a@hunter2',
  '1/@hunter2',
  '1\\hunter2',
  'hunter2/1?@',
  '%2Fhunter2',
  '443/hunter2',
];

describe('the login of an address', () => {
  it.each(PASSWORDS)('is hidden whatever the password has: %s', (password) => {
    for (const scheme of ['http://', 'https://', 'postgres://', 'HTTP://'])
      for (const [user, path] of [
        ['me', ''],
        ['me.too', '/v1/traces'],
        ['', '/?token=hunter2'],
      ] as const) {
        const address = `${scheme}${user}:${password}@tempo:4318${path}`;
        expect(addressWithoutLogin(address) ?? '').not.toMatch(/hunter2|me/);
        expect(addressWithoutLogin(address) ?? '').not.toContain('@hunter2');
        if (path !== '/?token=hunter2') expect(withoutLogin(address)).toBe(`${scheme}…@tempo:4318${path}`);
      }
    expect(withoutLogin(`me:${password}@tempo:4318`)).toBe('…@tempo:4318');
    expect(withoutLogin(`${password}\n@tempo`)).toBe('…@tempo');
  });

  it.each([
    ['http://tempo:4318/v1/traces?token=x#y', 'http://tempo:4318/v1/traces'],
    ['https://example.com/', 'https://example.com'],
    ['http://me@tempo/x', 'http://tempo/x'],
    ['https://example.com/webhook/a@b/c', 'https://example.com/webhook/a@b/c'],
    ['https://example.com/login?user=a@b', 'https://example.com/login'],
    ['http://me:1/2@tempo/v1', 'http://…@tempo/v1'],
    ['http://me:1?2@tempo/v1', 'http://…'],
    ['http://me:a@b/2@tempo', 'http://…@tempo'],
    ['not an address', undefined],
  ])('leaves what says where: %s', (address, shown) => expect(addressWithoutLogin(address)).toBe(shown));

  it('is not found in an address without one', () => {
    for (const address of ['tempo:4317', 'http://tempo:4317/x?y#z', 'https://me:1@tempo', 'https://example.com/a@b'])
      expect([address, hasStrayLogin(address)]).toEqual([address, false]);
    for (const address of ['me:1/2@tempo', 'http://me:1?2@tempo', 'http://me:1#2@tempo', 'https://example.com:1/2@tempo'])
      expect([address, hasStrayLogin(address)]).toEqual([address, true]);
    expect(addressWithoutLogin('/@me', 'http://tempo/x')).toBe('http://tempo/@me');
  });
});
