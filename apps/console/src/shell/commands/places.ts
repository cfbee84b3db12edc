import { Activity, FileCode2, Inbox, type LucideIcon, ShieldCheck } from 'lucide-react';

interface Place {
  readonly href: string;
  readonly text: string;
  readonly icon: LucideIcon;
  /** Typed after `g`. */
  readonly key: string;
}

export const PLACES: readonly Place[] = [
  { href: '/violations', text: 'Violations', icon: Inbox, key: 'v' },
  { href: '/rules', text: 'Rules', icon: FileCode2, key: 'r' },
  { href: '/overview', text: 'Overview', icon: Activity, key: 'o' },
  { href: '/compliance', text: 'Compliance', icon: ShieldCheck, key: 'c' },
];
