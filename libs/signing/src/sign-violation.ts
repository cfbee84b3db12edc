import { ed25519Sign } from './ed25519.js';
import { hmac } from './hmac.js';
import type { KeyRing } from './keys.js';
import { type PublicSignature, violationForm } from './violation-form.js';

/** The members that `signViolation` adds. */
export interface Signatures {
  /** Names the secret; signed along with the rest. */
  readonly key_id: string;
  readonly signature: string;
  readonly public_signature?: PublicSignature;
}

/** The violation with its key id and signatures; signatures it had are replaced. */
export function signViolation<V extends object>(violation: V, keys: KeyRing): Omit<V, keyof Signatures> & Signatures {
  const { signature: _, public_signature: __, key_id: ___, ...unsigned } = violation as V & Partial<Signatures>;
  const named = { ...(unsigned as Omit<V, keyof Signatures>), key_id: keys.current.id };
  const form = violationForm(named);
  const signed = { ...named, signature: hmac(form, keys.current.secret) };
  if (keys.privateKey === undefined) return signed;
  return { ...signed, public_signature: { key_id: keys.privateKey.id, signature: ed25519Sign(form, keys.privateKey.key) } };
}
