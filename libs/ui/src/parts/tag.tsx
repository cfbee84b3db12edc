import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export type Tone = 'plain' | 'ok' | 'warn' | 'bad' | 'info';

export function Tag({
  tone = 'plain',
  icon: Icon,
  children,
}: {
  readonly tone?: Tone;
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
}) {
  return (
    <span className={`tag ${tone}`}>
      {Icon === undefined ? null : <Icon className="i" aria-hidden="true" />}
      {children}
    </span>
  );
}
