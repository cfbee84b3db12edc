/** The severities of rules, gravest first. */
export const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a rule makes of a value of another type than it expects: see `RuleContent.onError`. */
export const ON_ERROR = ['no_match', 'undecided', 'violation'] as const;
export type OnError = (typeof ON_ERROR)[number];

/** `enforce`: its matches are violations. `shadow`: it is judged and counted, without violations. `off`: it judges nothing. */
export const RULE_MODES = ['enforce', 'shadow', 'off'] as const;
export type RuleMode = (typeof RULE_MODES)[number];

/** A control of a compliance framework: SOC 2 CC6.1. */
export interface RuleControl {
  readonly framework: string;
  readonly control: string;
}

/** The verdict that a test case expects: `match` with the names or ids of exactly the spans that violate the rule. */
export const RULE_TEST_VERDICTS = ['match', 'no match', 'undecided'] as const;
export type RuleTestExpectation = (typeof RULE_TEST_VERDICTS)[number] | { readonly match: readonly string[] };

/** A test case that is kept with a rule, as rule files have it. */
export interface RuleTest {
  readonly name: string;
  /** In the notation of rule files; or JSON: spans as `POST /v1/spans` takes them, or OTLP. A text, so that integers keep all their digits. */
  readonly trace: string;
  readonly expect: RuleTestExpectation;
}

/**
 * What a person decides about a rule. A new member is declared here. The compiler then names what is missing: columns, requests, answers, rule
 * files, the comparison of two rules.
 */
export interface RuleContent {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly expression: string;
  readonly severity: Severity;
  readonly tags: readonly string[];
  /** Controls of compliance frameworks that it watches over. Absent: none. */
  readonly controls?: readonly RuleControl[];
  /** Traces that comply are told too, as evidence for its controls, at a bounded rate; of an enforced rule only. Absent: no. */
  readonly emitEvidence?: boolean;
  readonly enabled: boolean;
  /** The rule is judged and counted, without violations. Only an enabled rule has it. Absent: no. */
  readonly shadow?: boolean;
  /** Text of the violation's message; without it one is made from the name and the explanation. */
  readonly message: string | null;
  /** The verdict on a value of another type than the rule expects. */
  readonly onError: OnError;
  /** What it has to give on known traces. Absent: none are kept. */
  readonly tests?: readonly RuleTest[];
}

type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;

/** The members of a rule in the REST API and in rule files. `mode` and `enabled` say what `shadow` says. */
export type RuleMember = 'mode' | SnakeCase<Exclude<keyof RuleContent, 'shadow'>>;

/** A rule as the engine judges by it. */
export interface RuleDefinition extends Pick<RuleContent, 'id' | 'name' | 'expression' | 'severity'> {
  /** Counts from 1; each change of the rule adds one. */
  readonly version: number;
  /** Absent: null. */
  readonly message?: string;
  /** Absent: `no_match`. */
  readonly onError?: OnError;
  /** The controls for which traces that comply are evidence. Absent: none is told. */
  readonly evidence?: readonly RuleControl[];
}

/** An enabled rule as published to the evaluators (disabled and deleted rules are absent). */
export interface PublishedRule extends RuleDefinition {
  /** `shadow`: judged, without violations. Absent: the rule is enforced. An older evaluator does not know the member and enforces every rule. */
  readonly mode?: 'shadow';
}
