import type { Resolved } from '../resolved.js';
import type { CheckedRule } from '../rule.js';
import { compileRules } from './compile-rules.js';
import type { CompiledRule, CompiledRuleSet, Needs } from './compiled.js';
import { costOf } from './cost.js';
import { settledEarly } from './settled-early.js';

/** What a rule costs and when it can fire: for people who write rules. Property names are JSON's. */
export interface RuleDescription {
  readonly subject: 'span' | 'trace';
  readonly needs: Needs;
  readonly fires: 'on_arrival' | 'when_certain' | 'at_close';
  /** One sentence. */
  readonly summary: string;
  readonly cost: {
    /** Estimated CPU time per span, alone and with no other rule to share with. */
    readonly nanoseconds_per_span: number;
    /** Kept for each open trace, beside the buffers. */
    readonly bytes_per_trace: number;
    /** What is kept of every span of every open trace. */
    readonly buffers: 'nothing' | 'columns' | 'spans';
  };
}

/** Describes a rule as the compiler would treat it alone. */
export function describeRule(checked: CheckedRule): RuleDescription {
  const compiled = compileRules([{ id: '', checked }]);
  const rule = compiled.rules[0] as CompiledRule;
  const fires = firesWhen(rule, checked);
  return {
    subject: rule.subject,
    needs: rule.needs,
    fires,
    summary: `${WHAT[rule.needs]}; ${WHEN[fires]}`,
    cost: {
      nanoseconds_per_span: Math.max(1, nanoseconds(rule.needs, checked)),
      bytes_per_trace: Math.ceil(compiled.traceBits / 8) + 4 * compiled.traceCounters,
      buffers: buffersOf(compiled),
    },
  };
}

const WHAT: Readonly<Record<Needs, string>> = {
  span: 'judges each span by itself',
  online: 'keeps bits and counters for each open trace, no spans',
  columns: 'keeps the fields it reads of every span until the trace closes',
  spans: 'keeps every span until the trace closes',
};

const WHEN: Readonly<Record<RuleDescription['fires'], string>> = {
  on_arrival: 'fires when the span arrives',
  when_certain: 'fires as soon as no later span can make it false, at the latest when the trace closes',
  at_close: 'fires when the trace closes',
};

function firesWhen(rule: CompiledRule, checked: CheckedRule): RuleDescription['fires'] {
  if (rule.needs === 'span') return 'on_arrival';
  return rule.needs === 'online' && checked.kind === 'expression' && settledEarly(checked.resolved).asTrue ? 'when_certain' : 'at_close';
}

/** Interpretation costs about this many times what generated code costs; a script about this many nanoseconds per character. */
const INTERPRETED = 30;
const SCRIPT = 20;

function nanoseconds(needs: Needs, checked: CheckedRule): number {
  if (checked.kind === 'script') return SCRIPT * checked.lua.length;
  return costOf(checked.resolved as Resolved) * (needs === 'span' || needs === 'online' ? 1 : INTERPRETED);
}

function buffersOf({ reads }: CompiledRuleSet): 'nothing' | 'columns' | 'spans' {
  return reads.buffersSpans ? 'spans' : reads.buffersColumns ? 'columns' : 'nothing';
}
