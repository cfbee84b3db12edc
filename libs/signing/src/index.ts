export { ed25519KeyId, publicPem, readPublicKey } from './ed25519.js';
export { DEFAULT_KEY, type KeyRing, type KeySettings, keyId, keyRing } from './keys.js';
export { SigningError } from './problems.js';
export { type Signatures, signViolation } from './sign-violation.js';
export { signable } from './signable.js';
export { type Authenticity, type VerificationKeys, verifyViolation } from './verify-violation.js';
