import { useState } from 'react';
import { isAway, type SignInSettings } from '../../api/sign-in-settings';

interface SignInAtIssuerProps {
  readonly settings: NonNullable<SignInSettings>;
  /** The server refused the current key or token. */
  readonly refused: boolean;
  readonly onRetry: () => void;
}

/** Signs in at the issuer that the server trusts, and returns to the current page. */
export function SignInAtIssuer({ settings, refused, onRetry }: SignInAtIssuerProps) {
  const [failed, setFailed] = useState<string>();
  const [leaving, setLeaving] = useState(false);
  const away = isAway(settings);
  const { host } = new URL(settings.issuer);
  const begin = async (): Promise<void> => {
    if (isAway(settings)) return onRetry();
    setLeaving(true);
    try {
      const { beginSignIn } = await import('../../api/issuer-sign-in');
      await beginSignIn(settings);
    } catch (error) {
      setLeaving(false);
      setFailed((error as Error).message);
    }
  };
  const problem =
    failed ??
    (away
      ? settings.away
      : refused
        ? 'The server does not accept what you signed in with: it has expired, or is not for this server.'
        : undefined);
  return (
    <>
      <p className="dim">
        This server trusts the accounts of <b>{host}</b>. Sign in there, and come back to this page.
      </p>
      {problem === undefined ? null : (
        <p className="is-bad" role="alert">
          {problem}
        </p>
      )}
      <button type="button" className="btn primary" disabled={leaving} onClick={() => void begin()}>
        {away ? 'Ask the issuer again' : leaving ? 'Going there' : `Sign in at ${host}`}
      </button>
    </>
  );
}
