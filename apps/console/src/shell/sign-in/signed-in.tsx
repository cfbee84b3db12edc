import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { signIn } from '../../api/api-key';
import { beginSignIn, endSignIn, whyNot } from '../../api/issuer-sign-in';
import { queryClient } from '../../api/query-client';
import { isAway, useSignInSettings } from '../../api/sign-in-settings';
import { PageTitle } from '../page-title';

/** The redirect target of the issuer: exchanges the code for a token, and returns to the former page. */
export default function SignedIn() {
  const [, navigate] = useLocation();
  // The code is valid once, and is removed from the URL.
  const [answer] = useState(() => new URL(location.href));
  useEffect(() => history.replaceState(null, '', location.pathname), []);
  const settings = useSignInSettings(true);
  const client = settings.data == null || isAway(settings.data) ? undefined : settings.data;
  const end = useQuery({
    queryKey: ['signed-in', answer.search],
    enabled: client !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: async () => (client === undefined ? Promise.reject(new Error('no client')) : endSignIn(client, answer)),
  });
  useEffect(() => {
    if (end.data === undefined) return;
    signIn('token', end.data.token);
    navigate(end.data.back.replace(/^\/ui/, '') || '/', { replace: true });
    void queryClient.resetQueries();
  }, [end.data, navigate]);
  const [failed, setFailed] = useState<string>();
  const why =
    failed ??
    (settings.data === null
      ? 'This server has no issuer to sign in at.'
      : isAway(settings.data)
        ? settings.data.away
        : (settings.error ?? end.error) === null
          ? undefined
          : whyNot(settings.error ?? end.error));
  return (
    <main className="signed-in">
      <section className="panel">
        <header>
          <PageTitle>Sign in</PageTitle>
        </header>
        <div className="body stack">
          {why === undefined ? (
            <p role="status">You are being signed in.</p>
          ) : (
            <>
              <p role="alert">
                <b>You are not signed in.</b> {why}
              </p>
              <div className="head">
                <button
                  type="button"
                  className="btn primary"
                  disabled={client === undefined}
                  onClick={() => client !== undefined && void beginSignIn(client).catch((error) => setFailed(whyNot(error)))}
                >
                  Sign in again
                </button>
                <a className="btn" href="/ui">
                  Back to the console
                </a>
              </div>
            </>
          )}
        </div>
      </section>
    </main>
  );
}
