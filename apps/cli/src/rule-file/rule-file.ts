import type { TestCase } from '#cases';
import type { RuleContent, RuleControl, RuleTest } from '#records';
import type { Finding, Place } from '../finding/finding.js';
import type { ScalarPlaces } from '../finding/scalar-places.js';

/** A rule as a file has it: what `POST /v1/rules` takes, and its test cases. */
export interface RuleEntry extends Omit<RuleContent, 'controls' | 'message' | 'shadow' | 'tests'> {
  readonly controls: readonly RuleControl[];
  /** Absent: `enabled` says it all. */
  readonly mode?: 'shadow';
  readonly message?: string;
  readonly tests: readonly FileTestCase[];
  /** Where the entry begins, and where each character of its expression lies. */
  readonly place: Place;
  readonly expressionPlaces: ScalarPlaces;
}

/** A test case, where it begins, and what the rule's record keeps of it. */
export interface FileTestCase extends TestCase {
  readonly place: Place;
  readonly kept: RuleTest;
}

/** A file that was read; what could not be read is in `findings` and left out. */
export interface RuleFile {
  readonly file: string;
  readonly rules: readonly RuleEntry[];
  readonly findings: readonly Finding[];
}
