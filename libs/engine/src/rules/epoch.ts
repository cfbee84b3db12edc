import type { RuleIndex } from '#dsl';
import { type Projection, project, SpanColumns, type WholeSpan } from '#otlp';
import type { Accounting, RuleAccount, SpanTally, TimeTally } from '../accounting.js';
import type { SpanIndex } from '../index-types.js';
import { anyRejected } from '../rejection.js';
import type { EpochRules } from './epoch-rules.js';
import type { RuleClock } from './rule-clock.js';
import type { RuleSet } from './rule-set.js';
import { TraceStates } from './trace-states.js';

/**
 * One rule set, from its marker on. It judges the spans that arrive until the next marker, and the traces that open until then, as long as they are
 * remembered. Holds the record under evaluation as this rule set's projection reads it. Owned by one partition; never shared.
 */
export class Epoch {
  readonly columns = new SpanColumns();
  readonly states: TraceStates;
  readonly accounts: readonly RuleAccount[];
  /** The tally of spans that its rules about one span judged: all, while the epoch is in force. */
  readonly judged: SpanTally = { spans: 0 };
  /** Evaluation time of all its conditions on the spans that it read. */
  private readonly evaluating: TimeTally = { milliseconds: 0 };
  /** Per rule: 1 while every later epoch has it, in any version. */
  readonly alive: Uint8Array;
  /** Remembered traces that opened in this epoch. */
  traces = 0;
  /** One row of bits per span of the record: the conditions that hold, and those that failed. */
  matched = new Uint32Array(0);
  failed = new Uint32Array(0);
  /** Per span of the record: the form that `writeForms` computed. */
  forms = new Int32Array(0);
  /** Per span: 1 where a condition of rules about one span alone holds. */
  matchesAlone = new Uint8Array(0);
  /** Some rule reads the spans when their trace closes: the fields it reads distinguish forms of spans, too. */
  readonly keepsSpans: boolean;
  /** Some condition failed on some span of the record. */
  anyFailed = false;
  /** Some condition may have failed on an existing value of a wrong type, or is in doubt. */
  anyUnusual = false;
  /** By span of the record, where there are any: the conditions that exceeded their steps. */
  readonly inDoubt = new Map<SpanIndex, number[]>();
  /** By span: the conditions of rules with `onError` that failed on a value of a wrong type, once noted. */
  readonly mistyped = new Map<SpanIndex, number[]>();
  /** Whether any span of the record is rejected, or may be in progress. Most records have none, and skip the test of each span. */
  anyRejected = false;
  anyInProgress = false;
  /** This epoch's projection cannot read the record. */
  unreadable = false;
  /** How many evaluations each present one represents, if they are timed; otherwise 0. */
  timing = 0;
  private readonly projection: Projection;
  private loaded = -1;
  /** The resource that was hashed last in this record: its start, and the hash. */
  private hashedAt = -1;
  private resourceHash = 0;

  constructor(
    readonly number: number,
    /** The slot of this epoch in its partition. */
    readonly slot: number,
    readonly rules: RuleSet,
    accounting: Accounting,
    readonly clock: RuleClock | undefined = undefined,
  ) {
    const { compiled, plan } = rules;
    this.states = new TraceStates(compiled, plan);
    this.keepsSpans = plan.columns.rules.length > 0 || plan.wholeSpans.rules.length > 0;
    this.accounts = rules.definitions.map(({ id }) => accounting.rule(id));
    for (const { ruleId, reason } of rules.problems) accounting.rule(ruleId).countErrors(`the rule is not in force: ${reason}`, 1);
    for (const rule of aboutOneSpan(rules)) this.accounts[rule]!.join(this.judged);
    if (clock !== undefined) for (const [rule, share] of rules.shares.entries()) this.accounts[rule]!.joinTime(this.evaluating, share);
    this.alive = new Uint8Array(compiled.rules.length).fill(1);
    // Every verdict names span and service; the scope tells BeTrace's own spans. Together they cost 40 ns per span, where ids and
    // times alone cost 177 (429-byte spans, 64 per record, Node 24).
    const { fields, attributes, resourceAttributes } = compiled.reads;
    this.projection = { fields: new Set([...fields, 'name', 'service', 'scope']), attributes, resourceAttributes };
  }

  /** Reads a record into the columns. Throws OtlpError when it is not an OTLP request. */
  load(offset: number, value: Uint8Array): void {
    this.columns.clear();
    this.loaded = offset;
    this.hashedAt = -1;
    this.unreadable = true;
    project(value, this.projection, this.columns);
    this.anyRejected = anyRejected(this.columns);
    this.anyInProgress = this.columns.anyUnended;
    this.unreadable = false;
  }

  /**
   * Evaluates all conditions on the loaded spans. Conditions do not throw; if one does, that is reported to `defect`, and nothing holds or fails on that
   * span.
   */
  evaluate(defect: (error: unknown) => void): void {
    const { compiled } = this.rules;
    const spans = this.columns.length;
    const words = spans * compiled.words;
    if (words > this.matched.length) {
      this.matched = new Uint32Array(words * 2);
      this.failed = new Uint32Array(words * 2);
    }
    this.timing = this.clock?.records.next() ?? 0;
    const from = this.timing === 0 ? 0 : this.clock!.now();
    this.forgetUnusual();
    try {
      this.anyUnusual = compiled.evaluate(this.columns, 0, spans, this.matched, this.failed);
      if (compiled.inDoubt.length > 0) this.noteInDoubt();
    } catch {
      this.evaluateOneByOne(defect);
    }
    if (this.timing !== 0) this.evaluating.milliseconds += (this.clock!.now() - from) * this.timing;
    this.anyFailed = false;
    for (let word = 0; word < words && !this.anyFailed; word++) this.anyFailed = this.failed[word] !== 0;
  }

  private evaluateOneByOne(defect: (error: unknown) => void): void {
    const { compiled } = this.rules;
    this.forgetUnusual();
    this.anyUnusual = false;
    for (let i = 0; i < this.columns.length; i++) {
      const matched = this.matched.subarray(i * compiled.words, (i + 1) * compiled.words);
      const failed = this.failed.subarray(i * compiled.words, (i + 1) * compiled.words);
      try {
        this.anyUnusual = compiled.evaluate(this.columns, i, i + 1, matched, failed) || this.anyUnusual;
        if (compiled.inDoubt.length > 0) this.noteInDoubt();
      } catch (error) {
        matched.fill(0);
        failed.fill(0);
        defect(error);
      }
    }
  }

  private forgetUnusual(): void {
    if (this.inDoubt.size > 0) this.inDoubt.clear();
    if (this.mistyped.size > 0) this.mistyped.clear();
  }

  private noteInDoubt(): void {
    this.anyUnusual = true;
    for (const { i, condition } of this.rules.compiled.inDoubt) addTo(this.inDoubt, i as SpanIndex, condition);
  }

  /** A condition failed on a value of another type, on span `i`. */
  noteMistyped(i: SpanIndex, condition: number): void {
    addTo(this.mistyped, i, condition);
  }

  /** The `hash` of the resource of span `i`: computed once for consecutive spans of a record that share it. */
  ofResource(i: SpanIndex, hash: (whole: WholeSpan) => number): number {
    const { start } = this.columns.resources.of(i);
    if (start !== this.hashedAt) {
      this.hashedAt = start;
      this.resourceHash = hash(this.columns.wholeSpan(i));
    }
    return this.resourceHash;
  }

  /** Whether a rule has been in force ever since this epoch began, in any version: then this epoch's version judges the traces that opened in it. */
  goesOn(ruleId: string): boolean {
    const place = this.rules.placeOf(ruleId);
    return place >= 0 && this.alive[place] === 1;
  }

  /** The epoch is no longer remembered. */
  forgotten(): void {
    for (const account of this.accounts) account.leaveTime(this.evaluating);
  }

  /** Whether this record was loaded last. */
  has(offset: number): boolean {
    return this.loaded === offset;
  }

  /** A later epoch begins: rules that it lacks end here. For rules with another version there, traces that opened here keep this version. */
  succeededBy(later: EpochRules): void {
    const { definitions } = this.rules;
    for (const rule of aboutOneSpan(this.rules)) this.accounts[rule]!.leave(this.judged);
    for (let rule = 0; rule < definitions.length; rule++) if (!later.has(definitions[rule]!.id)) this.alive[rule] = 0;
  }
}

/** Rules that are evaluated on each span at arrival; most cannot match. */
function aboutOneSpan({ plan }: RuleSet): readonly RuleIndex[] {
  return [...plan.spanRules, ...plan.mixedRules];
}

function addTo(conditions: Map<SpanIndex, number[]>, i: SpanIndex, condition: number): void {
  const existing = conditions.get(i);
  if (existing === undefined) conditions.set(i, [condition]);
  else if (!existing.includes(condition)) existing.push(condition);
}
