import { Circle, CircleCheck, CircleDot } from 'lucide-react';
import type { ReactNode } from 'react';

export type StepState = 'done' | 'now' | 'later';

const STATES = {
  done: { icon: CircleCheck, tone: 'is-ok', word: 'done' },
  now: { icon: CircleDot, tone: 'is-now', word: 'now' },
  later: { icon: Circle, tone: 'faint', word: 'later' },
} as const;

interface StepProps {
  readonly title: string;
  readonly state: StepState;
  readonly children: ReactNode;
}

/** A step with its state; later steps show no content yet. */
export function Step({ title, state, children }: StepProps) {
  const { icon: Icon, tone, word } = STATES[state];
  return (
    <li data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
      <Icon className={`i ${tone}`} role="img" aria-label={word} />
      <div className="stack tight">
        <h2>{title}</h2>
        {state === 'later' ? null : children}
      </div>
    </li>
  );
}
