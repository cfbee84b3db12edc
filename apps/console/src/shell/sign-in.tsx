import { useState } from 'react';
import { signIn, useAskedToSignIn } from '../api/api-key';
import { queryClient } from '../api/query-client';
import { Segments } from '../parts/segments';
import { Dialog } from './dialog';

const WAYS = [
  { key: 'key', text: 'API key' },
  { key: 'token', text: 'Bearer token' },
] as const;

/** What a header may hold. */
const SENDABLE = /^[\x20-\x7e]+$/;

/** Asked when the server says 401: its API key, or a token of the issuer that it trusts. */
export function SignIn() {
  const asked = useAskedToSignIn();
  const [value, setValue] = useState('');
  const [unsendable, setUnsendable] = useState(false);
  const [chosen, setChosen] = useState<string>();
  if (asked === undefined) return null;
  const kind = (asked.header === undefined || chosen === 'token') && asked.bearer ? 'token' : 'key';
  const name = kind === 'token' ? 'Bearer token' : 'API key';
  return (
    <Dialog open label="Sign in" onClose={() => undefined}>
      <form
        className="sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          if (!SENDABLE.test(value.trim())) return setUnsendable(true);
          setUnsendable(false);
          signIn(kind, value.trim());
          setValue('');
          void queryClient.resetQueries();
        }}
      >
        <h2>{name}</h2>
        {asked.bearer && asked.header !== undefined ? (
          <Segments label="Sign in by" value={kind} options={WAYS} onChange={setChosen} />
        ) : null}
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
