import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { SigningError } from './problems.js';

/** An Ed25519 private key in PEM, or base64 of its PKCS #8 DER. Throws BT_SIGNING_BAD_PRIVATE_KEY. */
export function readPrivateKey(text: string): KeyObject {
  return read('BT_SIGNING_BAD_PRIVATE_KEY', () =>
    createPrivateKey(isPem(text) ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }),
  );
}

/** An Ed25519 public key in PEM, or base64 of its SPKI DER. Throws BT_SIGNING_BAD_PUBLIC_KEY. */
export function readPublicKey(text: string): KeyObject {
  return read('BT_SIGNING_BAD_PUBLIC_KEY', () =>
    createPublicKey(isPem(text) ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
  );
}

/** The public half, in PEM, for auditors. */
export function publicPem(key: KeyObject): string {
  return publicHalf(key).export({ type: 'spki', format: 'pem' }).toString();
}

/** The first 16 hex digits of the SHA-256 of the public key's DER: the same id for both halves of the key. */
export function ed25519KeyId(key: KeyObject): string {
  return createHash('sha256')
    .update(publicHalf(key).export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

/** Base64. */
export function ed25519Sign(form: Uint8Array, privateKey: KeyObject): string {
  return sign(null, form, privateKey).toString('base64');
}

export function ed25519Matches(form: Uint8Array, publicKey: KeyObject, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64');
  // Base64 that differs in bits which decoding ignores is not the signed text.
  return bytes.toString('base64') === signature && verify(null, form, publicKey, bytes);
}

function publicHalf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key;
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN');
}

function read(code: 'BT_SIGNING_BAD_PRIVATE_KEY' | 'BT_SIGNING_BAD_PUBLIC_KEY', make: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = make();
  } catch (error) {
    // The reason is OpenSSL's and names no secret.
    throw new SigningError(code, { reason: error instanceof Error ? error.message : 'unreadable' }, { cause: error });
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new SigningError(code, { reason: `it is a key for ${key.asymmetricKeyType ?? 'something else'}` });
  return key;
}
