import { useState } from 'react';
import { setApiKey, useAskedForApiKey } from '../api/api-key';
import { queryClient } from '../api/query-client';
import { Dialog } from './dialog';

/** Asked when the server says 401: its API key. */
export function SignIn() {
  const asked = useAskedForApiKey();
  const [value, setValue] = useState('');
  if (asked === undefined) return null;
  return (
    <Dialog open label="API key" onClose={() => undefined}>
      <form
        className="sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          setApiKey(value.trim());
          void queryClient.resetQueries();
        }}
      >
        <h2>API key</h2>
        <p className="dim">
          This server wants a key in the header <code>{asked.header}</code>. It is kept for this tab only.
        </p>
        {asked.refused ? (
          <p className="is-bad" role="alert">
            The server refused the last one.
          </p>
        ) : null}
        <label className="field">
          <span className="hidden">API key</span>
          <input type="password" autoComplete="off" required value={value} onChange={(event) => setValue(event.target.value)} />
        </label>
        <button type="submit" className="btn primary">
          Sign in
        </button>
      </form>
    </Dialog>
  );
}
