import { CircleCheck, CircleMinus, CircleX } from 'lucide-react';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import type { Readiness } from '../api/readiness';

const NAMES: Readonly<Record<string, string>> = {
  storage: 'Storage',
  rule_engine: 'Evaluator',
  signature_key: 'Signature key',
  otlp_exporter: 'Export of violations',
  notifications: 'Notifications',
};

/** The checks of `/ready`: this browser reaches the server, and the server its dependencies. */
export function ConnectionPanel({ readiness, error }: { readonly readiness: Readiness | undefined; readonly error: Error | null }) {
  return (
    <section className="panel" aria-labelledby="connection-h">
      <header>
        <h2 id="connection-h">Connection</h2>
      </header>
      {error === null ? null : <ErrorBanner what="The server did not say how it is." error={error} />}
      {readiness === undefined ? (
        error === null && <Skeleton lines={4} label="The server is being asked" />
      ) : (
        <dl className="body kv connection">
          {Object.entries(readiness.checks).map(([check, state]) => (
            <div key={check}>
              <dt>{NAMES[check] ?? check.replaceAll('_', ' ')}</dt>
              <dd>
                <CheckIcon state={state} /> {state === 'ok' ? 'works' : state}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function CheckIcon({ state }: { readonly state: string }) {
  if (state === 'ok') return <CircleCheck className="i is-ok" aria-hidden="true" />;
  if (state === 'off') return <CircleMinus className="i faint" aria-hidden="true" />;
  return <CircleX className="i is-bad" aria-hidden="true" />;
}
