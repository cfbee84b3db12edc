import type { Severity } from '../api/types';

/** Each severity has its own shape, because some people cannot see colours. */
const SHAPES: Readonly<Record<Severity, string>> = {
  CRITICAL: 'M3.5 0h5L12 3.5v5L8.5 12h-5L0 8.5v-5zM5.1 2.5v4.2h1.8V2.5zM5.1 7.9v1.7h1.8V7.9z',
  HIGH: 'M6 .8 12 11.4H0z',
  MEDIUM: 'M6 0l6 6-6 6-6-6z',
  LOW: 'M6 .8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 6 .8zm0 2.2a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
};

export function SeverityShape({ severity, className }: { readonly severity: Severity; readonly className?: string }) {
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true" className={className}>
      <path fillRule="evenodd" d={SHAPES[severity]} />
    </svg>
  );
}

export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  return (
    <span className={`sev ${severity}`}>
      <SeverityShape severity={severity} />
      {severity}
    </span>
  );
}
