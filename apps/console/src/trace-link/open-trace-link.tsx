import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Violation } from '#ui/api/types';
import { traceLinkOf, useTraceLink } from './trace-link';

interface OpenTraceLinkProps {
  readonly violation: Pick<Violation, 'wire_trace_id' | 'wire_span_id' | 'timestamp_ms' | 'trace_id'>;
  readonly className: string;
  /** Styled as a button with an icon. */
  readonly asButton?: boolean;
  readonly children?: ReactNode;
}

/** "Open in Tempo", in a new tab; nothing if the server has no link. */
export function OpenTraceLink({ violation, className, asButton = false, children }: OpenTraceLinkProps) {
  const link = useTraceLink();
  if (link === undefined) return null;
  const text = `Open in ${link.name}`;
  return (
    <a
      className={className}
      href={traceLinkOf(link, violation)}
      target="_blank"
      rel="noreferrer"
      {...(asButton ? {} : { 'aria-label': `${text}: ${violation.trace_id}` })}
    >
      {asButton ? <ExternalLink className="i" aria-hidden="true" /> : null}
      {text}
      {children}
    </a>
  );
}
