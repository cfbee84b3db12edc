import { useState } from 'react';
import { Segments } from '#ui/parts/segments';
import { leaveSignIn, signIn, useAskedToSignIn } from '../../api/api-key';
import { queryClient } from '../../api/query-client';
import { useSignInSettings } from '../../api/sign-in-settings';
import { Dialog } from '../dialog';
import { SignInAtIssuer } from './sign-in-at-issuer';

const WAYS = { issuer: 'Account', key: 'API key', token: 'Bearer token' } as const;
type Way = keyof typeof WAYS;

/** The characters that a header may contain. */
const SENDABLE = /^[\x20-\x7e]+$/;

/** Shown when the server answers 401: a sign-in at its issuer, its API key, or a token. */
export function SignIn() {
  const asked = useAskedToSignIn();
  const [value, setValue] = useState('');
  const [unsendable, setUnsendable] = useState(false);
  const [chosen, setChosen] = useState<Way>();
  const settings = useSignInSettings(asked?.bearer === true);
  if (asked === undefined) return null;
  // Prevents layout shifts.
  if (asked.bearer && settings.isPending) return null;
  const issuer = settings.data ?? undefined;
  const ways: readonly Way[] = [
    ...(issuer === undefined ? [] : (['issuer'] as const)),
    ...(asked.header === undefined ? [] : (['key'] as const)),
    ...(asked.bearer ? (['token'] as const) : []),
  ];
  const kind = ways.find((way) => way === chosen) ?? ways[0] ?? 'key';
  const choice =
    ways.length < 2 ? null : (
      <Segments
        label="Sign in by"
        value={kind}
        options={ways.map((key) => ({ key, text: WAYS[key] }))}
        onChange={(key) => setChosen(key as Way)}
      />
    );
  if (kind === 'issuer' && issuer !== undefined)
    return (
      <Dialog open label="Sign in" onClose={leaveSignIn}>
        <div className="sign-in">
          <h2>Sign in</h2>
          {choice}
          <SignInAtIssuer settings={issuer} refused={asked.refused} onRetry={() => void settings.refetch()} />
        </div>
      </Dialog>
    );
  const name = kind === 'token' ? 'Bearer token' : 'API key';
  return (
    <Dialog open label="Sign in" onClose={leaveSignIn}>
      <form
        className="sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          if (!SENDABLE.test(value.trim())) return setUnsendable(true);
          setUnsendable(false);
          signIn(kind === 'token' ? 'token' : 'key', value.trim());
          setValue('');
          // The data that was read stays, and so does typed text next to it.
          void queryClient.invalidateQueries();
        }}
      >
        <h2>{name}</h2>
        {choice}
        <p className="dim">
          {kind === 'token' ? (
            'This server takes tokens of its OpenID Connect issuer. Paste an access token; it is kept for this tab only, until it ends.'
          ) : (
            <>
              This server wants a key in the header <code>{asked.header}</code>. It is kept for this tab only.
            </>
          )}
        </p>
        {unsendable ? (
          <p className="is-bad" role="alert">
            A header can't hold this: it has more than one line, or signs beyond ASCII. Copy it again.
          </p>
        ) : asked.refused ? (
          <p className="is-bad" role="alert">
            The server refused the last one.
          </p>
        ) : null}
        <label className="field">
          <span className="hidden">{name}</span>
          <input type="password" autoComplete="off" required value={value} onChange={(event) => setValue(event.target.value)} />
        </label>
        <button type="submit" className="btn primary">
          Sign in
        </button>
      </form>
    </Dialog>
  );
}
