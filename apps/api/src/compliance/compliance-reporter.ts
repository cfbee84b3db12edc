import type { RuleControl } from '#records';
import type { ControlledRule, NamedControl, Store } from '#store';
import { ApiError } from '../api-error.js';
import { absent } from '../not-found.js';
import { ruleMode } from '../rules/rule-mode.js';
import type { ClosedTraceKeeper } from './closed-trace-keeper.js';
import type { ComplianceFrameworkView, ComplianceReport, ControlReportView, ControlRuleView, Outcome } from './compliance.dto.js';
import { type ClosedUnder, isIn, namesNow, tracesUnder } from './control-scope.js';
import { EnforcedRuleSets } from './enforced-rule-sets.js';

const HOUR = 3_600_000;
const DAYS_30 = 30 * 24 * HOUR;
/** Maximum of frameworks that an error names. */
const NAMED = 10;
/** How long (ms) after a trace closes evaluators have reported it, including the time until a trace closes by default. */
const COUNTED_WITHIN_MS = 60_000;
export interface ReportPeriod {
  /** Unix milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** What a report counts over a period. */
interface Counted {
  readonly from: number;
  readonly to: number;
  readonly under: readonly ClosedUnder[];
  readonly since: number | undefined;
}

/** A rule of a control, and its versions that name the control. */
interface NamingRule extends Omit<ControlledRule, 'named'> {
  readonly versions: NamedControl['versions'];
  /** Whether its current version names the control. */
  readonly isNamed: boolean;
}

interface Figures {
  readonly traces_in_scope: number;
  readonly violated: number;
  readonly undecided: number;
}

/** The compliance report. Each part of a period counts for the controls of the rule version in force then (docs/decisions/0053). */
export class ComplianceReporter {
  private readonly enforced: EnforcedRuleSets;

  constructor(
    private readonly store: Pick<Store, 'closedTraces' | 'controlledRules' | 'judgedRules' | 'judgedTraces' | 'ruleSet'>,
    private readonly closed: Pick<ClosedTraceKeeper, 'keep'>,
    private readonly now: () => number,
  ) {
    this.enforced = new EnforcedRuleSets(store);
  }

  /** The frameworks, by name, that rules name now or that the report of the last 30 days covers. */
  async frameworks(): Promise<readonly ComplianceFrameworkView[]> {
    const rules = await this.store.controlledRules();
    const period = wholeHours({}, this.now());
    const isFormer = rules.some((rule) => rule.named.some((one) => !namesNow(rule, one)));
    const counted = isFormer ? await this.counted(period) : { ...period, under: [], since: undefined };
    const judged = isFormer ? await this.store.judgedRules(undefined, period.from, period.to) : new Set<string>();
    const controls = new Map<string, Set<string>>();
    const naming = new Map<string, Set<string>>();
    for (const rule of rules) {
      for (const one of rule.named) {
        const { framework, control } = one;
        const isNow = namesNow(rule, one);
        const existing = controls.get(framework);
        if (!isNow && (existing !== undefined || !(await this.isReported(rule, one, { counted, judged })))) continue;
        controls.set(framework, isNow ? (existing ?? new Set<string>()).add(control) : (existing ?? new Set()));
        if (isNow) naming.set(framework, (naming.get(framework) ?? new Set<string>()).add(rule.rule.id));
      }
    }
    const views = [...controls].map(([framework, { size }]) => ({ framework, controls: size, rules: naming.get(framework)?.size ?? 0 }));
    return views.sort((a, b) => inOrder(a.framework, b.framework));
  }

  /** Throws BT_API_TIME_RANGE_EMPTY, and BT_API_FRAMEWORK_UNKNOWN when no rule names a control of the framework now or did in the period. */
  async report(framework: string, requested: ReportPeriod): Promise<ComplianceReport> {
    const now = this.now();
    const period = wholeHours(requested, now);
    const { from, to } = period;
    const rules = await this.store.controlledRules(framework);
    const counted = await this.counted(period);
    const { under, since } = counted;
    const judged = await this.store.judgedRules(framework, from, to);
    const ofControl = new Map<string, NamingRule[]>();
    for (const rule of rules) {
      for (const one of rule.named) {
        const isNamed = namesNow(rule, one);
        if (!isNamed && !(await this.isReported(rule, one, { counted, judged }))) continue;
        const existing = ofControl.get(one.control) ?? [];
        ofControl.set(one.control, existing);
        existing.push({ rule: rule.rule, deleted: rule.deleted, versions: one.versions, isNamed });
      }
    }
    if (ofControl.size === 0) throw await this.unknown(framework);
    const controls: ControlReportView[] = [];
    // Controls that the same versions of rules name have the same figures.
    const figures = new Map<string, Figures>();
    for (const [control, named] of [...ofControl].sort(([a], [b]) => inOrder(a, b))) {
      controls.push(await this.controlView({ framework, control }, named, counted, figures));
    }
    const provisional = Math.max(from, now - COUNTED_WITHIN_MS);
    return {
      framework,
      from: iso(from),
      to: iso(to),
      generated_at: iso(now),
      traces: tracesUnder(under, () => true),
      controls,
      limits: {
        ...(since === undefined ? {} : { counted_since: iso(since) }),
        ...(provisional < to ? { provisional_since: iso(provisional) } : {}),
        rule_set_unknown: tracesUnder(under, ({ enforced }) => enforced === undefined),
      },
    };
  }

  private async counted({ from, to }: { readonly from: number; readonly to: number }): Promise<Counted> {
    await this.closed.keep();
    const { epochs, since } = await this.store.closedTraces(from, to);
    const under: ClosedUnder[] = [];
    for (const [epoch, traces] of epochs) under.push({ traces, enforced: await this.enforced.of(epoch) });
    return { from, to, under, since };
  }

  /** Whether a version of the rule that names the control was in force in the period, or has a verdict in it. */
  private async isReported(
    { rule }: Pick<ControlledRule, 'rule'>,
    { framework, control, versions }: NamedControl,
    { counted, judged }: { readonly counted: Counted; readonly judged: ReadonlySet<string> },
  ): Promise<boolean> {
    if (counted.under.some(isIn([{ rule, versions }]))) return true;
    if (!judged.has(rule.id)) return false;
    const { violated, undecided } = await this.store.judgedTraces({ framework, control }, [rule.id], counted.from, counted.to);
    return violated + undecided > 0;
  }

  private async controlView(
    named: RuleControl,
    rules: readonly NamingRule[],
    counted: Counted,
    known: Map<string, Figures>,
  ): Promise<ControlReportView> {
    const views: ControlRuleView[] = [];
    for (const one of rules) {
      const key = JSON.stringify([one.rule.id, one.versions]);
      const figures = known.get(key) ?? (await this.figures(named, [one], counted));
      known.set(key, figures);
      views.push(ruleView(one, figures));
    }
    const [only] = views.length === 1 ? views : [];
    const { traces_in_scope, violated, undecided } = only ?? (await this.figures(named, rules, counted));
    const isEnforced = rules.some(({ rule, deleted, isNamed }) => isNamed && !deleted && ruleMode(rule) === 'enforce');
    return {
      control: named.control,
      outcome: outcomeOf({ inScope: traces_in_scope, violated, undecided, isEnforced }),
      rules: views,
      traces_in_scope,
      passed: Math.max(0, traces_in_scope - violated - undecided),
      violated,
      undecided,
      not_looked_at: tracesUnder(counted.under, () => true) - traces_in_scope,
      ...beyondScope({ traces_in_scope, violated, undecided }),
    };
  }

  private async figures(named: RuleControl, rules: readonly NamingRule[], { under, from, to }: Counted): Promise<Figures> {
    const ids = rules.map(({ rule }) => rule.id);
    return { traces_in_scope: tracesUnder(under, isIn(rules)), ...(await this.store.judgedTraces(named, ids, from, to)) };
  }

  private async unknown(framework: string): Promise<Error> {
    const names = (await this.frameworks()).map((one) => one.framework);
    const known = names.length === 0 ? 'No rule names a control' : `Rules name controls of ${names.slice(0, NAMED).join(', ')}`;
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    return absent(framework, () => new ApiError('BT_API_FRAMEWORK_UNKNOWN', { framework: framework.slice(0, 100), known: known + more }));
  }
}

function ruleView({ rule, deleted, isNamed }: NamingRule, figures: Figures): ControlRuleView {
  const { id, name, version } = rule;
  const mode = deleted ? 'off' : ruleMode(rule);
  return { id, name, mode, version, deleted, names_control: isNamed, ...figures, ...beyondScope(figures) };
}

/** Explains a sum that would look wrong. */
function beyondScope({ traces_in_scope, violated, undecided }: Figures): { readonly beyond_scope?: number } {
  const beyond = violated + undecided - traces_in_scope;
  return beyond > 0 ? { beyond_scope: beyond } : {};
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

/** Numeric order: 8.4 before 10.2. */
const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
