import { useQuery } from '@tanstack/react-query';
import { fetchReadiness } from '../api/readiness';

const EVERY_MS = 10_000;

/** The readiness of the server (`/ready`), always visible, so that an empty list is not mistaken for good news. */
export function Pulse() {
  const { data, error } = useQuery({ queryKey: ['ready'], queryFn: fetchReadiness, refetchInterval: EVERY_MS, retry: false });
  if (error !== null) return <PulseText tone="bad" title="No answer" text="the server cannot be reached" />;
  if (data === undefined) return <PulseText tone="off" title="Connecting" text="" />;
  const failing = Object.entries(data.checks).filter(([, state]) => state !== 'ok' && state !== 'off');
  if (failing.length === 0) return <PulseText tone="ok" title="Ready" text="all its parts work" />;
  const text = failing.map(([check, state]) => `${check.replaceAll('_', ' ')}: ${state}`).join(', ');
  return (
    <PulseText
      tone={data.status === 'not_ready' ? 'bad' : 'warn'}
      title={data.status === 'not_ready' ? 'Not ready' : 'Degraded'}
      text={text}
    />
  );
}

function PulseText({ tone, title, text }: { readonly tone: 'ok' | 'warn' | 'bad' | 'off'; readonly title: string; readonly text: string }) {
  return (
    <div className="pulse wide-only" role="status" title={text}>
      <span className="dot" data-tone={tone} aria-hidden="true" />
      <b>{title}</b>
      <span className="ellipsis">{text}</span>
    </div>
  );
}
