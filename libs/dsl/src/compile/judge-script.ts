import type { CheckedScript } from '../rule.js';
import type { TraceView } from '../span-view.js';
import type { JudgedTrace } from './compiled.js';

/** A script's verdict on a whole trace: without a sandbox an error of the rule, never a match. */
export function judgeScript(_checked: CheckedScript): (trace: TraceView) => JudgedTrace {
  return () => ({ matches: [], errors: [{ span: -1, message: 'scripts can not be run here' }] });
}
