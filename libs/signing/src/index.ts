export { canonicalJson } from './canonical-json.js';
export { ed25519KeyId, publicPem, readPrivateKey, readPublicKey } from './ed25519.js';
export { DEFAULT_KEY, type KeyRing, type KeySettings, keyId, keyRing, type SecretKey } from './keys.js';
export { SIGNING_PROBLEMS, SigningError, type SigningProblem, type SigningProblemCode } from './problems.js';
export { type Signatures, signViolation } from './sign.js';
export { signable } from './signable.js';
export { type Authenticity, type Verification, type VerificationKeys, verifyViolation } from './verify.js';
export { type PublicSignature, violationForm } from './violation-form.js';
