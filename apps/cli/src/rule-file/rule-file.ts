import type { WholeSpan } from '#otlp';
import type { RuleContent, RuleControl } from '#records';
import type { Finding, Place } from '../finding/finding.js';
import type { ScalarPlaces } from '../finding/scalar-places.js';

/** A rule as a file has it: what `POST /v1/rules` takes, and its test cases. */
export interface RuleEntry extends Omit<RuleContent, 'controls' | 'message' | 'shadow'> {
  readonly controls: readonly RuleControl[];
  /** Absent: `enabled` says it all. */
  readonly mode?: 'shadow';
  readonly message?: string;
  readonly tests: readonly TestCase[];
  /** Where the entry begins, and where each character of its expression lies. */
  readonly place: Place;
  readonly expressionPlaces: ScalarPlaces;
}

export interface TestCase {
  readonly name: string;
  readonly spans: readonly WholeSpan[];
  readonly expect: Expectation;
  readonly place: Place;
}

export interface Expectation {
  readonly match: boolean;
  /** It cannot be judged, and does not match. */
  readonly undecided?: true;
  /** Names or ids of exactly the spans that violate the rule. */
  readonly subjects?: readonly string[];
}

/** A file that was read; what could not be read is in `findings` and left out. */
export interface RuleFile {
  readonly file: string;
  readonly rules: readonly RuleEntry[];
  readonly findings: readonly Finding[];
}
