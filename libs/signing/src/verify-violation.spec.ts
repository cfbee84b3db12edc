import { generateKeyPairSync } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hmac } from './hmac.js';
import { keyRing } from './keys.js';
import { signViolation } from './sign-violation.js';
import { verifyViolation } from './verify-violation.js';
import { violationForm } from './violation-form.js';

const pem = (): string => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const keys = keyRing({ key: 'the key that signs, long enough', privateKey: pem(), development: false });
const others = keyRing({ key: 'the key of somebody else, as long', privateKey: pem(), development: false });

const violation = {
  id: '5f0c',
  revision: 1,
  status: 'open',
  rule_id: 'slow-requests',
  severity: 'HIGH',
  timestamp_ms: 1_700_000_000_123,
  complete: true,
  message: 'Payment „ohne" Prüfung 😀',
  explanation: { holds: true, values: [0.1, 1e21, -0, 1.5e-9, null], witnesses: ['00f067aa0ba902b7'] },
  log: { partition: 3, first_offset: 10, last_offset: 12 },
  metadata: { 'betrace.z': 1, a: 'x' },
};

describe('hmac', () => {
  it('is HMAC-SHA256 in hex (RFC 4231, case 2)', () => {
    expect(hmac(Buffer.from('what do ya want for nothing?'), 'Jefe')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});

describe('violationForm', () => {
  it('contains everything but the signatures', () => {
    const form = Buffer.from(
      violationForm({ b: 1, a: 2, signature: 'x', public_signature: { key_id: 'k', signature: 's' } } as object),
    ).toString();
    expect(form).toBe('{"a":2,"b":1}');
  });
});

describe('verifyViolation', () => {
  const signed = signViolation(violation, keys);

  it('accepts signed records, with both keys', () => {
    expect(verifyViolation(signed, keys)).toEqual({ valid: true, signature: 'valid', publicSignature: 'valid' });
  });

  it('refuses unknown members in the public signature, also for an unknown key', () => {
    const { public_signature } = signed;
    const grown = { ...signed, public_signature: { ...public_signature!, note: 'approved' } };
    expect(verifyViolation(grown, keys)).toEqual({ valid: false, signature: 'valid', publicSignature: 'invalid' });
    expect(verifyViolation(grown, { ...keys, publicKeys: new Map() })).toMatchObject({ valid: false, publicSignature: 'invalid' });
  });

  it('needs only the public key for the public signature', () => {
    expect(verifyViolation(signed, { publicKeys: keys.publicKeys })).toEqual({
      valid: true,
      signature: 'unknown-key',
      publicSignature: 'valid',
    });
  });

  it('signs without a private key', () => {
    const plain = keyRing({ key: 'changeme', development: true });
    const once = signViolation(violation, plain);
    expect(once).not.toHaveProperty('public_signature');
    expect(verifyViolation(once, plain)).toEqual({ valid: true, signature: 'valid', publicSignature: 'absent' });
    // A new signature replaces those by former keys.
    expect(verifyViolation(signViolation(signed, plain), plain)).toEqual({ valid: true, signature: 'valid', publicSignature: 'absent' });
  });

  it('accepts what a former key signed', () => {
    const rotated = keyRing({ key: 'the key that came after that one', formerKeys: [keys.current.secret], development: false });
    expect(verifyViolation(signed, rotated)).toMatchObject({ valid: true, signature: 'valid' });
  });

  it('reports an unknown key', () => {
    expect(verifyViolation(signed, others)).toEqual({ valid: null, signature: 'unknown-key', publicSignature: 'unknown-key' });
    expect(verifyViolation({ ...signed, signature: 5 }, others)).toMatchObject({ valid: false, publicSignature: 'unknown-key' });
    const { public_signature: _, ...secretly } = signed;
    expect(verifyViolation(secretly, others)).toEqual({ valid: null, signature: 'unknown-key', publicSignature: 'absent' });
    expect(verifyViolation({ ...violation }, keys)).toEqual({ valid: false, signature: 'absent', publicSignature: 'absent' });
  });

  it('refuses a foreign signature under the name of the key', () => {
    const forged = { ...signViolation(violation, others), key_id: keys.current.id };
    expect(verifyViolation({ ...forged, public_signature: { ...forged.public_signature!, key_id: keys.privateKey!.id } }, keys)).toEqual({
      valid: false,
      signature: 'invalid',
      publicSignature: 'invalid',
    });
  });

  it('survives JSON, a database, and members in another order', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE t (record TEXT)');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (explanation) => {
        const one = signViolation({ ...violation, explanation }, keys);
        const entries = Object.entries(one).reverse();
        database.prepare('DELETE FROM t').run();
        database.prepare('INSERT INTO t VALUES (?)').run(JSON.stringify(Object.fromEntries(entries)));
        const read = JSON.parse(String(database.prepare('SELECT record FROM t').get()?.record)) as typeof one;
        expect(verifyViolation(read, keys)).toEqual({ valid: true, signature: 'valid', publicSignature: 'valid' });
      }),
    );
    database.close();
  });

  it('refuses any change of any field, however deep', () => {
    // Except the id of the public key: without that key its signature is unknown, and the other one still proves the rest.
    const places = leaves(signed).filter((path) => path.join('.') !== 'public_signature.key_id');
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (path, value) => {
        const changed = structuredClone(signed);
        fc.pre(JSON.stringify(replaced(changed, path, value)) !== JSON.stringify(value));
        expect(verifyViolation(changed, keys)).toMatchObject({ valid: false });
      }),
      { numRuns: 500 },
    );
  });

  it('refuses members that were added or removed', () => {
    expect(verifyViolation({ ...signed, extra: 1 }, keys).valid).toBe(false);
    for (const name of Object.keys(violation)) {
      const { [name as keyof typeof signed]: _, ...rest } = signed;
      expect(verifyViolation(rest, keys).valid).toBe(false);
    }
  });
});

type Path = readonly string[];

/** The paths of all values that are not objects. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, member]) => leaves(member, [...path, name]));
}

/** Sets the value at a path, and returns the former one. */
function replaced(root: object, path: Path, value: unknown): unknown {
  let at = root as Record<string, unknown>;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
  const last = path.at(-1)!;
  const before = at[last];
  at[last] = value;
  return before;
}
