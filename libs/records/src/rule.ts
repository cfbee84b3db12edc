/** The severities of rules, gravest first. */
export const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How a rule treats a value of an unexpected type: see `RuleContent.onError`. */
export const ON_ERROR = ['no_match', 'undecided', 'violation'] as const;
export type OnError = (typeof ON_ERROR)[number];

/** `enforce`: matches are violations. `shadow`: evaluated and counted, without violations. `off`: not evaluated. */
export const RULE_MODES = ['enforce', 'shadow', 'off'] as const;
export type RuleMode = (typeof RULE_MODES)[number];

/** A control of a compliance framework, such as SOC 2 CC6.1. */
export interface RuleControl {
  readonly framework: string;
  readonly control: string;
}

/** The verdict that a test case expects: `match` lists the names or ids of exactly the violating spans. */
export const RULE_TEST_VERDICTS = ['match', 'no match', 'undecided'] as const;
export type RuleTestExpectation = (typeof RULE_TEST_VERDICTS)[number] | { readonly match: readonly string[] };

/** A test case stored with a rule, as in rule files. */
export interface RuleTest {
  readonly name: string;
  /** In the notation of rule files; or JSON: spans as in `POST /v1/spans`, or OTLP. A text, so that integers keep all their digits. */
  readonly trace: string;
  readonly expect: RuleTestExpectation;
}

/**
 * What a person decides about a rule. A new member is declared here. The compiler then names what is missing: columns, requests, answers, rule files, the
 * comparison of two rules.
 */
export interface RuleContent {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly expression: string;
  readonly severity: Severity;
  readonly tags: readonly string[];
  /** The compliance controls that it supports. Absent: none. */
  readonly controls?: readonly RuleControl[];
  /** Whether complying traces are reported as evidence for its controls, at a bounded rate; for enforced rules only. Absent: no. */
  readonly emitEvidence?: boolean;
  readonly enabled: boolean;
  /** Whether the rule is evaluated without violations; only with `enabled`. Absent: no. */
  readonly shadow?: boolean;
  /** The message of its violations; null: derived from the name and the explanation. */
  readonly message: string | null;
  /** The verdict on a value of an unexpected type. */
  readonly onError: OnError;
  /** The expected verdicts on given traces. Absent: none. */
  readonly tests?: readonly RuleTest[];
}

type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;

/** The members of a rule in the REST API and in rule files. `mode` and `enabled` replace `shadow`. */
export type RuleMember = 'mode' | SnakeCase<Exclude<keyof RuleContent, 'shadow'>>;

/** A rule as the engine evaluates it. */
export interface RuleDefinition extends Pick<RuleContent, 'id' | 'name' | 'expression' | 'severity'> {
  /** Counts from 1; each change adds one. */
  readonly version: number;
  /** Absent: null. */
  readonly message?: string;
  /** Absent: `no_match`. */
  readonly onError?: OnError;
  /** The controls for which complying traces are evidence. Absent: no evidence. */
  readonly evidence?: readonly RuleControl[];
}

/** An enabled rule as published to the evaluators (disabled and deleted rules are absent). */
export interface PublishedRule extends RuleDefinition {
  /** `shadow`: evaluated without violations. Absent: enforced. Older evaluators ignore the member and enforce every rule. */
  readonly mode?: 'shadow';
}
