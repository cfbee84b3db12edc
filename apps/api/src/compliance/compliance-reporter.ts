import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RuleSetRecord } from '#records';
import type { ControlledRule, Store } from '#store';
import { ApiError } from '../api-error.js';
import { absent } from '../not-found.js';
import { ruleMode } from '../rules/rule-mode.js';
import type { ClosedTraceKeeper } from './closed-trace-keeper.js';
import type { ComplianceFrameworkView, ComplianceReport, ControlReportView, ControlRuleView, Outcome } from './compliance.dto.js';

const HOUR = 3_600_000;
const DAYS_30 = 30 * 24 * HOUR;
/** Frameworks that a refusal names. */
const NAMED = 10;
/** Rule sets whose enforced rules are remembered. */
const REMEMBERED = 200;

export interface ReportPeriod {
  /** Unix milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** A rule set and how many traces closed under it. */
interface ClosedUnder {
  readonly traces: number;
  /** Ids; undefined when the rule set is lost. */
  readonly enforced: ReadonlySet<string> | undefined;
}

/** The report, control by control (docs/decisions/0053). */
export class ComplianceReporter {
  private readonly enforced = new Map<number, ReadonlySet<string>>();

  constructor(
    private readonly store: Pick<Store, 'controlledRules' | 'closedTraces' | 'judgedTraces' | 'ruleSet'>,
    private readonly closed: Pick<ClosedTraceKeeper, 'keep'>,
    private readonly now: () => number,
  ) {}

  /** The frameworks with controls in rules, by name. */
  async frameworks(): Promise<readonly ComplianceFrameworkView[]> {
    const controls = new Map<string, Set<string>>();
    const rules = new Map<string, number>();
    for (const { controls: named, deleted } of await this.store.controlledRules()) {
      if (deleted) continue;
      for (const framework of new Set(named.map((control) => control.framework))) rules.set(framework, (rules.get(framework) ?? 0) + 1);
      for (const { framework, control } of named) {
        const known = controls.get(framework) ?? new Set();
        controls.set(framework, known.add(control));
      }
    }
    const views = [...controls].map(([framework, { size }]) => ({ framework, controls: size, rules: rules.get(framework) ?? 0 }));
    return views.sort((a, b) => inOrder(a.framework, b.framework));
  }

  /** Throws BT_API_TIME_RANGE_EMPTY, and BT_API_FRAMEWORK_UNKNOWN when no rule names a control of the framework, nor did in the period. */
  async report(framework: string, period: ReportPeriod): Promise<ComplianceReport> {
    const now = this.now();
    const { from, to } = wholeHours(period, now);
    await this.closed.keep();
    const rules = (await this.store.controlledRules()).filter(({ controls }) => controls.some((one) => one.framework === framework));
    const { epochs, since } = await this.store.closedTraces(from, to);
    const under: ClosedUnder[] = [];
    for (const [epoch, traces] of epochs) under.push({ traces, enforced: await this.enforcedIn(epoch) });
    const wasEnforced = (id: string) => under.some(({ enforced }) => enforced?.has(id) === true);
    const counted = rules.filter(({ rule, deleted }) => !deleted || wasEnforced(rule.id));
    if (counted.length === 0) throw await this.unknown(framework);
    const ofControl = new Map<string, ControlledRule[]>();
    for (const rule of counted) {
      for (const one of rule.controls) {
        if (one.framework === framework) ofControl.set(one.control, [...(ofControl.get(one.control) ?? []), rule]);
      }
    }
    const ruleViews = new Map<string, ControlRuleView>();
    for (const rule of counted) ruleViews.set(rule.rule.id, await this.ruleView(rule, under, from, to));
    const controls: ControlReportView[] = [];
    for (const [control, named] of [...ofControl].sort(([a], [b]) => inOrder(a, b))) {
      controls.push(await this.controlView(control, named, { under, from, to, ruleViews }));
    }
    return {
      framework,
      from: iso(from),
      to: iso(to),
      generated_at: iso(now),
      traces: sum(under, () => true),
      controls,
      limits: {
        ...(since === undefined ? {} : { counted_since: iso(since) }),
        rule_set_unknown: sum(under, ({ enforced }) => enforced === undefined),
      },
    };
  }

  private async controlView(
    control: string,
    rules: readonly ControlledRule[],
    about: {
      readonly under: readonly ClosedUnder[];
      readonly from: number;
      readonly to: number;
      readonly ruleViews: ReadonlyMap<string, ControlRuleView>;
    },
  ): Promise<ControlReportView> {
    const { under, from, to, ruleViews } = about;
    const ids = rules.map(({ rule }) => rule.id);
    const inScope = sum(under, ({ enforced }) => enforced !== undefined && ids.some((id) => enforced.has(id)));
    const { violated, undecided } = await this.store.judgedTraces(ids, from, to);
    const isEnforced = rules.some(({ rule, deleted }) => !deleted && ruleMode(rule) === 'enforce');
    return {
      control,
      outcome: outcomeOf({ inScope, violated, undecided, isEnforced }),
      rules: ids.map((id) => ruleViews.get(id)!),
      traces_in_scope: inScope,
      passed: Math.max(0, inScope - violated - undecided),
      violated,
      undecided,
      not_looked_at: sum(under, () => true) - inScope,
    };
  }

  private async ruleView(
    { rule, deleted }: ControlledRule,
    under: readonly ClosedUnder[],
    from: number,
    to: number,
  ): Promise<ControlRuleView> {
    const { id, name, version } = rule;
    const mode = deleted ? 'off' : ruleMode(rule);
    const inScope = sum(under, ({ enforced }) => enforced?.has(id) === true);
    return { id, name, mode, version, deleted, traces_in_scope: inScope, ...(await this.store.judgedTraces([id], from, to)) };
  }

  /** A rule set does not change. A lost one may be replaced, and is read again. */
  private async enforcedIn(epoch: number): Promise<ReadonlySet<string> | undefined> {
    // Before there were any rules.
    if (epoch === 0) return new Set();
    const known = this.enforced.get(epoch);
    if (known !== undefined) return known;
    // SQLite answers at once: without a pause nothing else would have its turn.
    await nextTurn();
    const text = await this.store.ruleSet(epoch);
    if (text === undefined) return undefined;
    const { snapshot = [] } = JSON.parse(text) as RuleSetRecord;
    const enforced = new Set(snapshot.filter(({ mode }) => mode !== 'shadow').map(({ id }) => id));
    const [oldest] = this.enforced.keys();
    if (this.enforced.size >= REMEMBERED && oldest !== undefined) this.enforced.delete(oldest);
    this.enforced.set(epoch, enforced);
    return enforced;
  }

  private async unknown(framework: string): Promise<Error> {
    const names = (await this.frameworks()).map((one) => one.framework);
    const known = names.length === 0 ? 'No rule names a control' : `Rules name controls of ${names.slice(0, NAMED).join(', ')}`;
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    return absent(framework, () => new ApiError('BT_API_FRAMEWORK_UNKNOWN', { framework: framework.slice(0, 100), known: known + more }));
  }
}

function outcomeOf(about: {
  readonly inScope: number;
  readonly violated: number;
  readonly undecided: number;
  readonly isEnforced: boolean;
}): Outcome {
  if (about.violated > 0) return 'violated';
  if (about.undecided > 0) return 'undecided';
  if (about.inScope > 0) return 'passed';
  return about.isEnforced ? 'nothing_in_scope' : 'not_looked_at';
}

function wholeHours({ from, to }: ReportPeriod, now: number): { readonly from: number; readonly to: number } {
  const end = to ?? Math.max(now, (from ?? 0) + 1);
  const begin = from ?? Math.max(0, end - DAYS_30);
  if (begin >= end) throw new ApiError('BT_API_TIME_RANGE_EMPTY', { start: begin / 1_000, end: end / 1_000 });
  return { from: Math.floor(begin / HOUR) * HOUR, to: Math.ceil(end / HOUR) * HOUR };
}

function sum(under: readonly ClosedUnder[], which: (closed: ClosedUnder) => boolean): number {
  return under.reduce((total, closed) => (which(closed) ? total + closed.traces : total), 0);
}

/** 8.4 before 10.2. */
const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
