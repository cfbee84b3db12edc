import { CircleCheck, CircleHelp, CircleMinus, CircleX, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { Hop, HopState } from './hops';

const STATES: Readonly<Record<HopState, { readonly icon: LucideIcon; readonly tone: string; readonly word: string }>> = {
  ok: { icon: CircleCheck, tone: 'is-ok', word: 'works' },
  off: { icon: CircleMinus, tone: 'faint', word: 'off' },
  warn: { icon: TriangleAlert, tone: 'is-warn', word: 'needs attention' },
  bad: { icon: CircleX, tone: 'is-bad', word: 'does not work' },
  unknown: { icon: CircleHelp, tone: 'faint', word: 'not known' },
};

/** The way of a span, part by part. */
export function HopList({ hops }: { readonly hops: readonly Hop[] }) {
  return (
    <ol className="hops">
      {hops.map(({ name, state, value, text, todo }) => {
        const { icon: Icon, tone, word } = STATES[state];
        return (
          <li key={name}>
            <span className="name">
              <Icon className={`i ${tone}`} role="img" aria-label={word} />
              {name}
            </span>
            <span className="strong num">{value}</span>
            <span className="small dim">{text}</span>
            {todo === undefined ? null : todo.startsWith('--') ? (
              <code className="small">{todo}</code>
            ) : (
              <span className="small">{todo}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
