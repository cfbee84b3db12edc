import { costOf } from '../conditions/cost.js';
import type { CompiledRule, CompiledRuleSet, Needs } from '../contract/compiled-rule-set.js';
import { settledEarly } from '../online/settled-early.js';
import { sandboxReason } from '../script/compiled-script.js';
import type { CheckedExpression, CheckedRule } from '../tree/rule.js';
import { costOnArrival } from './arrival-cost.js';
import { compileRules } from './compile-rules.js';
import { type GivesUpFrom, givesUpFrom } from './gives-up.js';

/** The cost of a rule and when it can fire, for authors of rules. Property names are JSON's. */
export interface RuleDescription {
  readonly subject: 'span' | 'trace';
  readonly needs: Needs;
  readonly fires: 'on_arrival' | 'when_certain' | 'at_close';
  /** One sentence. */
  readonly summary: string;
  readonly cost: {
    /** Estimated CPU time per span, for the rule alone. For a rule judged at close it applies to traces that lack what the rule needs, as most do. */
    readonly nanoseconds_per_span: number;
    /** Bytes per open trace, in addition to the buffers. */
    readonly bytes_per_trace: number;
    /** The buffered data per span of an open trace. */
    readonly buffers: 'nothing' | 'columns' | 'spans';
  };
  /** Null: its steps grow no faster than its limit. Absent for a script, whose loops decide it. */
  readonly gives_up_from?: GivesUpFrom | null;
  /** Likewise for traces in which spans link to each other, where order takes more steps. */
  readonly gives_up_from_with_links?: GivesUpFrom | null;
}

/**
 * Describes a rule as the compiler would treat it alone.
 *
 * @param milliseconds `rules.evaluation_timeout`, which determines how many spans are too many
 */
export function describeRule(checked: CheckedRule, milliseconds: number): RuleDescription {
  const compiled = compileRules([{ id: '', checked }]);
  const rule = compiled.rules[0] as CompiledRule;
  const fires = firesWhen(rule, checked);
  return {
    subject: rule.subject,
    needs: rule.needs,
    fires,
    summary: `${whatIsKept(rule)}; ${whereItRuns(rule, checked)}${WHEN[fires]}`,
    cost: {
      nanoseconds_per_span: Math.max(1, nanoseconds(rule, compiled, checked)),
      bytes_per_trace: Math.ceil(compiled.traceBits / 8) + 4 * compiled.traceCounters,
      buffers: buffersOf(compiled),
    },
    ...(checked.kind === 'script' ? {} : givenUp(checked, milliseconds)),
  };
}

function givenUp(checked: CheckedExpression, milliseconds: number): Pick<RuleDescription, 'gives_up_from' | 'gives_up_from_with_links'> {
  const [gives_up_from, gives_up_from_with_links] = [false, true].map((hasLinks) => givesUpFrom(checked, milliseconds, hasLinks)) as [
    GivesUpFrom | null,
    GivesUpFrom | null,
  ];
  return { gives_up_from, gives_up_from_with_links };
}

const WHAT: Readonly<Record<Needs, string>> = {
  span: 'judges each span by itself',
  online: 'keeps bits and counters for each open trace, no spans',
  columns: 'keeps the fields it reads of every span until the trace closes',
  spans: 'keeps every span until the trace closes',
};

function whatIsKept({ needs, buffered }: CompiledRule): string {
  if (needs === 'columns' && buffered?.everySpan === false)
    return 'keeps the fields it reads of the spans that it asks for until the trace closes';
  return WHAT[needs];
}

function whereItRuns({ buffered }: CompiledRule, checked: CheckedRule): string {
  if (checked.kind !== 'script') return '';
  const reason = sandboxReason(checked);
  const bySandbox = reason === undefined ? '' : `is run by the sandbox, a hundred times as slowly, because of ${reason}; `;
  return bySandbox + (buffered === undefined ? '' : 'runs only where its guards may hold; ');
}

const WHEN: Readonly<Record<RuleDescription['fires'], string>> = {
  on_arrival: 'fires when the span arrives',
  when_certain: 'fires as soon as no later span can make it false, at the latest when the trace closes',
  at_close: 'fires when the trace closes',
};

function firesWhen(rule: CompiledRule, checked: CheckedRule): RuleDescription['fires'] {
  if (rule.needs === 'span') return 'on_arrival';
  return rule.needs === 'online' && checked.kind === 'expression' && settledEarly(checked.resolved).asTrue ? 'when_certain' : 'at_close';
}

/**
 * Nanoseconds, measured with the benchmark's rule kinds: keeping the columns of every span, or of few; reading links for order; decoding and keeping a whole
 * span; making objects of a judged trace's spans.
 */
const KEEP_EVERY_SPAN = 250;
const KEEP_FEW = 150;
const READ_LINKS = 250;
const KEEP_WHOLE = 4_000;
const AS_OBJECTS = 1_200;
/** Interpretation costs about this many times as much as generated code; a script about this many nanoseconds per character, compiled or in the sandbox. */
const INTERPRETED = 20;
const COMPILED_SCRIPT = 0.5;
const SANDBOXED_SCRIPT = 36;

function nanoseconds(rule: CompiledRule, { reads }: CompiledRuleSet, checked: CheckedRule): number {
  const { buffered, needs } = rule;
  if (checked.kind === 'script') {
    const perCharacter = sandboxReason(checked) === undefined ? COMPILED_SCRIPT : SANDBOXED_SCRIPT;
    if (buffered === undefined) return Math.round(KEEP_WHOLE + perCharacter * checked.lua.length);
    return checked.guards.reduce((cost, guard) => cost + costOnArrival(guard), KEEP_WHOLE);
  }
  const { resolved } = checked;
  if (buffered === undefined) return costOf(resolved);
  const columns = (buffered.everySpan ? KEEP_EVERY_SPAN : KEEP_FEW) + (reads.fields.has('links') ? READ_LINKS : 0);
  const kept = needs === 'spans' ? KEEP_WHOLE : columns;
  if (buffered.needed.length > 0) return kept + costOnArrival(resolved);
  return kept + INTERPRETED * costOf(resolved) + (needs === 'spans' ? 0 : AS_OBJECTS);
}

function buffersOf({ reads }: CompiledRuleSet): 'nothing' | 'columns' | 'spans' {
  return reads.buffersSpans ? 'spans' : reads.buffersColumns ? 'columns' : 'nothing';
}
