import { ed25519Matches } from './ed25519.js';
import { hmacMatches } from './hmac.js';
import type { KeyRing } from './keys.js';
import type { Signatures } from './sign-violation.js';
import { type PublicSignature, violationForm } from './violation-form.js';

/** The result for a signature. `unknown-key`: it names a key that is not available, so nothing is known; `absent`: there is none. */
export type Authenticity = 'valid' | 'invalid' | 'unknown-key' | 'absent';

export interface SignatureVerification {
  /** At least one signature is valid, and none is invalid. Null: each signature is absent or by an unavailable key. */
  readonly valid: boolean | null;
  /** The HMAC, by the secret that `key_id` names. */
  readonly signature: Authenticity;
  /** The Ed25519 signature. */
  readonly publicSignature: Authenticity;
}

/** Keys to verify with: a key ring, or for auditors only public keys. */
export type VerificationKeys = Pick<KeyRing, 'publicKeys'> & Partial<Pick<KeyRing, 'secrets'>>;

/**
 * Verifies both signatures of a violation as it was published or read back; of anything else at least one is invalid or
 * absent. Throws BT_SIGNING_NOT_JSON for what JSON cannot hold.
 */
export function verifyViolation(violation: object, keys: VerificationKeys): SignatureVerification {
  const form = violationForm(violation);
  const { signature: hex, key_id, public_signature } = violation as { readonly [K in keyof Signatures]?: unknown };
  const signature = secretSignature(hex, key_id, form, keys);
  const publicSignature = asymmetricSignature(public_signature, form, keys);
  return { valid: validityOf([signature, publicSignature]), signature, publicSignature };
}

function validityOf(signatures: readonly Authenticity[]): boolean | null {
  if (signatures.includes('invalid')) return false;
  if (signatures.includes('valid')) return true;
  return signatures.includes('unknown-key') ? null : false;
}

function secretSignature(signature: unknown, id: unknown, form: Uint8Array, { secrets }: VerificationKeys): Authenticity {
  if (signature === undefined) return 'absent';
  if (typeof signature !== 'string' || typeof id !== 'string') return 'invalid';
  const key = secrets?.get(id);
  if (key === undefined) return 'unknown-key';
  return hmacMatches(form, key.secret, signature) ? 'valid' : 'invalid';
}

function asymmetricSignature(given: unknown, form: Uint8Array, { publicKeys }: VerificationKeys): Authenticity {
  if (given === undefined) return 'absent';
  const { key_id, signature } = (given ?? {}) as { readonly [K in keyof PublicSignature]?: unknown };
  if (typeof signature !== 'string' || typeof key_id !== 'string') return 'invalid';
  // The signature object is not signed itself: others may have added members.
  if (Object.keys(given as object).length !== 2) return 'invalid';
  const key = publicKeys.get(key_id);
  if (key === undefined) return 'unknown-key';
  return ed25519Matches(form, key, signature) ? 'valid' : 'invalid';
}
