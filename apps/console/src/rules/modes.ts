import type { RuleMode } from '#ui/api/types';

/** The effect of a rule's verdicts, the strongest first. */
export const MODES: readonly { readonly value: RuleMode; readonly text: string; readonly means: string; readonly changed: string }[] = [
  {
    value: 'enforce',
    text: 'Enforce',
    means: 'It judges every span from its saving on, and what matches is a violation.',
    changed: 'enforced, from the next span on',
  },
  {
    value: 'shadow',
    text: 'Shadow',
    means: 'It judges, is counted and keeps samples of its matches; there are no violations, and nobody is notified.',
    changed: 'in shadow: it is judged and counted, and nobody is notified',
  },
  { value: 'off', text: 'Off', means: 'It is kept and judges nothing.', changed: 'off, from the next span on' },
];

export const modeOf = (mode: RuleMode) => MODES.find(({ value }) => value === mode) ?? MODES[0];
