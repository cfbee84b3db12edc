import { createHash, type KeyObject } from 'node:crypto';
import { ed25519KeyId, readPrivateKey, readPublicKey } from './ed25519.js';
import { SigningError } from './problems.js';

/** The default of the guides; it is public. */
export const DEFAULT_KEY = 'changeme';
const MIN_LENGTH = 16;

/** A secret with the id that signatures name. */
export interface SecretKey {
  readonly id: string;
  readonly secret: string;
}

export interface KeyRing {
  /** The signing key. */
  readonly current: SecretKey;
  /** All verifying keys, by id: the current one and the former ones. */
  readonly secrets: ReadonlyMap<string, SecretKey>;
  /** The private key for auditors' signatures, when configured. */
  readonly privateKey?: { readonly id: string; readonly key: KeyObject };
  /** Ed25519 keys that verify, by id. */
  readonly publicKeys: ReadonlyMap<string, KeyObject>;
}

export interface KeySettings {
  readonly key: string;
  /** Former keys, which still verify their signatures. */
  readonly formerKeys?: readonly string[];
  /** PEM or base64 DER. */
  readonly privateKey?: string;
  /** PEM or base64 DER, for signatures of other or former private keys. */
  readonly publicKeys?: readonly string[];
  /** Allows `changeme` and short keys. */
  readonly development: boolean;
  /** The setting that holds the key, for messages. */
  readonly name?: string;
}

/** Eight hex digits of a hash of the key: it distinguishes keys, and reveals nothing of a good key. */
export function keyId(secret: string): string {
  return createHash('sha256').update(`betrace-key:${secret}`).digest('hex').slice(0, 8);
}

/** The keys to sign and verify with. Throws a SigningError when the current key is not fit for use. */
export function keyRing(settings: KeySettings): KeyRing {
  refuseWeakKey(settings);
  const current = { id: keyId(settings.key), secret: settings.key };
  const former = (settings.formerKeys ?? []).map((secret) => ({ id: keyId(secret), secret }));
  const secrets = new Map([...former, current].map((key) => [key.id, key]));
  const publicKeys = new Map((settings.publicKeys ?? []).map(readPublicKey).map((key) => [ed25519KeyId(key), key]));
  if (settings.privateKey === undefined) return { current, secrets, publicKeys };
  const key = readPrivateKey(settings.privateKey);
  const id = ed25519KeyId(key);
  return { current, secrets, privateKey: { id, key }, publicKeys: publicKeys.set(id, key) };
}

function refuseWeakKey({ key, development, name = 'BETRACE_SIGNATURE_KEY' }: KeySettings): void {
  if (key === '') throw new SigningError('BT_SIGNING_NO_KEY', { name });
  if (development) return;
  if (key === DEFAULT_KEY) throw new SigningError('BT_SIGNING_DEFAULT_KEY', { name });
  if (key.length < MIN_LENGTH) throw new SigningError('BT_SIGNING_SHORT_KEY', { name, length: key.length, least: MIN_LENGTH });
}
