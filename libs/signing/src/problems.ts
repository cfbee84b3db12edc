import { CatalogueError, type ProblemCatalogue, type ProblemValues } from '#base';

/** Problems of keys and signatures. A code is never reused for something else. */
export const SIGNING_PROBLEMS = {
  BT_SIGNING_DEFAULT_KEY: {
    status: 500,
    sentence:
      'The signature key is the public default "changeme". Set {name} to a secret of your own (`openssl rand -base64 32`); "changeme" is for development only.',
  },
  BT_SIGNING_SHORT_KEY: {
    status: 500,
    sentence:
      'The signature key has {length} characters; at least {least} are needed. Set {name} to a longer secret (`openssl rand -base64 32`).',
  },
  BT_SIGNING_NO_KEY: { status: 500, sentence: 'There is no signature key. Set {name} (`openssl rand -base64 32`).' },
  BT_SIGNING_KEY_LOST: {
    status: 500,
    sentence:
      'The violations here are signed with the key {id}, but {file} holds another: it was deleted, or copied from another directory. Restore it from a backup of {directory}, or set ' +
      'BETRACE_SIGNATURE_KEY to that key. If it is lost permanently, start once with --compliance.new_signature_key=true (BETRACE_NEW_SIGNATURE_KEY). Then only public ' +
      'signatures, where there are some, prove the old violations.',
  },
  BT_SIGNING_BAD_PRIVATE_KEY: {
    status: 500,
    sentence:
      'The private key for public signatures is not an Ed25519 key in PEM or base64 DER ({reason}). Create one with `openssl genpkey -algorithm ed25519`.',
  },
  BT_SIGNING_BAD_PUBLIC_KEY: {
    status: 400,
    sentence:
      'The public key is not an Ed25519 key in PEM or base64 DER ({reason}). It is the output of `openssl pkey -in private.pem -pubout`.',
  },
  BT_SIGNING_NOT_JSON: {
    status: 500,
    sentence: 'A value cannot be signed because JSON cannot represent it: {what} at {where}.',
  },
} as const satisfies ProblemCatalogue;

export type SigningProblemCode = keyof typeof SIGNING_PROBLEMS;

/** A problem of signing, with its code. It never holds a secret. */
export class SigningError extends CatalogueError<typeof SIGNING_PROBLEMS> {
  override readonly name = 'SigningError';

  constructor(code: SigningProblemCode, values: ProblemValues, options?: ErrorOptions) {
    super(SIGNING_PROBLEMS, code, values, { ...options, codeFirst: true });
  }
}
