import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** Replaces an empty list: why it is empty, and what to do. */
export function EmptyState({ icon: Icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className="empty">
      <Icon className="i" aria-hidden="true" />
      <h2>{title}</h2>
      {children === undefined ? null : <div className="dim prose">{children}</div>}
      {actions === undefined ? null : <div className="head">{actions}</div>}
    </div>
  );
}
