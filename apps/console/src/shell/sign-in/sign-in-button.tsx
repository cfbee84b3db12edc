import { KeyRound } from 'lucide-react';
import { returnToSignIn, useSignInLeft } from '../../api/api-key';

/** Opens the sign-in again after it was left; absent while none is wanted. */
export function SignInButton() {
  if (!useSignInLeft()) return null;
  return (
    <button type="button" className="place" title="Sign in" onClick={returnToSignIn}>
      <KeyRound className="i is-bad" aria-hidden="true" />
      Sign in
    </button>
  );
}
