import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ed25519KeyId, publicPem, readPrivateKey, readPublicKey } from './ed25519.js';
import { keyId, keyRing } from './keys.js';

const secret = 'a secret of thirty-two characters';

describe('keyRing', () => {
  it.each([
    ['the default key', 'changeme', 'BT_SIGNING_DEFAULT_KEY'],
    ['a short key', 'short', 'BT_SIGNING_SHORT_KEY'],
    ['no key', '', 'BT_SIGNING_NO_KEY'],
  ])('refuses %s outside development, without repeating a secret', (_, key, code) => {
    expect(() => keyRing({ key, development: false })).toThrow(code);
    expect(() => keyRing({ key, development: false })).toThrow('BETRACE_SIGNATURE_KEY');
    expect(() => keyRing({ key: 'short', development: false })).not.toThrow(/"short"/);
  });

  it('takes the default key in development', () => {
    expect(keyRing({ key: 'changeme', development: true }).current.secret).toBe('changeme');
    expect(() => keyRing({ key: '', development: true })).toThrow('BT_SIGNING_NO_KEY');
  });

  it('accepts former keys, and signs with the current one', () => {
    const ring = keyRing({ key: secret, formerKeys: ['changeme', 'another former one'], development: false });
    expect(ring.current.id).toBe(keyId(secret));
    expect([...ring.secrets.keys()].toSorted()).toEqual([secret, 'changeme', 'another former one'].map(keyId).toSorted());
  });
});

describe('keyId', () => {
  it('is eight hex digits, different per key', () => {
    expect(keyId(secret)).toMatch(/^[0-9a-f]{8}$/);
    expect(keyId(secret)).not.toBe(keyId(`${secret}.`));
  });
});

describe('Ed25519 keys', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');

  it('are read from PEM and from base64', () => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const base64 = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    expect(readPrivateKey(pem).equals(privateKey)).toBe(true);
    expect(readPrivateKey(base64).equals(privateKey)).toBe(true);
    expect(readPublicKey(publicPem(privateKey)).equals(publicKey)).toBe(true);
    expect(readPublicKey(publicKey.export({ type: 'spki', format: 'der' }).toString('base64')).equals(publicKey)).toBe(true);
  });

  it('have one id for the private and the public key', () => {
    expect(ed25519KeyId(privateKey)).toBe(ed25519KeyId(publicKey));
    expect(ed25519KeyId(publicKey)).toMatch(/^[0-9a-f]{16}$/);
  });

  it('are distinguished from keys of other kinds', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(() => readPrivateKey(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).toThrow(
      /BT_SIGNING_BAD_PRIVATE_KEY.*rsa/,
    );
    expect(() => readPublicKey('nonsense')).toThrow('BT_SIGNING_BAD_PUBLIC_KEY');
  });
});
