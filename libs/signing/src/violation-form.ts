import { canonicalJson } from './canonical-json.js';

/** Base64 Ed25519 signature, with the id of the key that verifies it. */
export interface PublicSignature {
  readonly key_id: string;
  readonly signature: string;
}

/** The bytes that are signed: the canonical JSON of the violation without `signature` and `public_signature`, in UTF-8. */
export function violationForm(violation: object): Uint8Array {
  const { signature: _, public_signature: __, ...signed } = violation as Record<string, unknown>;
  return new TextEncoder().encode(canonicalJson(signed));
}
