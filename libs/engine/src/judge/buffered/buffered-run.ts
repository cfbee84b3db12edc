import type { HeldConditions, RuleIndex, TraceView } from '#dsl';
import type { Row } from '../../index-types.js';
import type { BufferedSpan } from '../../rules/buffered-span.js';
import type { Epoch } from '../../rules/epoch.js';
import type { CloseReason } from '../../verdict/close-reason.js';
import { type BufferedResult, judge } from '../guarded-calls.js';
import { orderedSpans } from './span-order.js';

/** Rules by their subject. */
export interface DueRules {
  readonly columns: readonly RuleIndex[];
  readonly whole: readonly RuleIndex[];
}

/** The spans to judge, and the notes about them. */
export interface OrderedTrace {
  /** The trace as rules see it: its spans in an order independent of arrival. */
  readonly trace: TraceView & { readonly spans: readonly BufferedSpan[] };
  /** In order of arrival, which numbers the subjects: late spans come last. */
  readonly spans: readonly BufferedSpan[];
  readonly held: HeldConditions;
  /** By place in `trace.spans`: the place in `spans`. Undefined where both are the same. */
  readonly arrival: readonly number[] | undefined;
}

/** @param spans in order of arrival; `held` numbers them by their places there */
export function orderedTrace(about: Omit<TraceView, 'spans'>, spans: readonly BufferedSpan[], held: HeldConditions): OrderedTrace {
  const ordered = orderedSpans(spans, held);
  return { trace: { ...about, spans: ordered.spans }, spans, held: ordered.held, arrival: ordered.arrival };
}

/** A trace under judgement, and the results of the rules so far. */
export class BufferedRun {
  readonly columns: OrderedTrace;
  readonly whole: OrderedTrace;
  /** Results by rule. Most rules match nothing. */
  private found: Map<RuleIndex, BufferedResult> | undefined;

  /**
   * @param count its spans up to `maxSpans`, including those that rules do not read
   * @param isCut it has more spans than that: no rule is certain not to match, and few are certain to match
   * @param always rules that run on every trace
   * @param triggered rules that may match by the notes about the trace's spans
   * @param waiting rules that are judged later, when their result may differ
   */
  constructor(
    readonly row: Row,
    readonly reason: CloseReason,
    readonly count: number,
    readonly isCut: boolean,
    private readonly always: DueRules,
    private readonly triggered: DueRules,
    readonly waiting: ReadonlySet<RuleIndex> | undefined,
    { columns, whole }: { readonly columns: OrderedTrace; readonly whole: OrderedTrace },
  ) {
    this.columns = columns;
    this.whole = whole;
  }

  run(epoch: Epoch, rule: RuleIndex, { trace, held, arrival }: OrderedTrace): void {
    // A span that was not kept may change any result.
    if (this.isCut && epoch.rules.compiled.rules[rule]!.lasting !== true) return;
    if (this.waiting?.has(rule) === true) return;
    const judged = judge(epoch, rule, trace, held);
    if (judged.matches.length === 0 && judged.undecided === undefined && judged.mistyped === undefined) return;
    this.found ??= new Map();
    this.found.set(
      rule,
      arrival === undefined ? judged : { ...judged, matches: judged.matches.map((subject) => arrival[subject] ?? subject) },
    );
  }

  runTriggered(epoch: Epoch): void {
    for (const rule of this.triggered.columns) this.run(epoch, rule, this.columns);
    for (const rule of this.triggered.whole) this.run(epoch, rule, this.whole);
  }

  /** All rules that ran, in order. */
  get due(): readonly RuleIndex[] {
    const { always, triggered } = this;
    return [...always.columns, ...always.whole, ...triggered.columns, ...triggered.whole].sort(ascending);
  }

  /** Rules that match, or may match, in order. */
  get matchingRules(): readonly RuleIndex[] {
    return this.found === undefined ? NONE : [...this.found.keys()].sort(ascending);
  }

  /** Subjects are numbered by arrival. */
  judgedOf(rule: RuleIndex): BufferedResult {
    return this.found?.get(rule) ?? NOTHING;
  }
}

const NONE: readonly RuleIndex[] = [];
const NOTHING: BufferedResult = { matches: NONE };

function ascending(a: number, b: number): number {
  return a - b;
}
