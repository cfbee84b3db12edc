import type { TestCase } from '#cases';
import type { RuleContent, RuleControl, RuleTest } from '#records';
import type { Finding } from '../finding/finding.js';
import type { FilePlace, ScalarPlaces } from '../finding/scalar-places.js';

/** A rule of a file: the members of `POST /v1/rules`, and its test cases. */
export interface RuleEntry extends Omit<RuleContent, 'controls' | 'message' | 'shadow' | 'tests'> {
  readonly controls: readonly RuleControl[];
  /** Absent: `enabled` suffices. */
  readonly mode?: 'shadow';
  readonly message?: string;
  readonly tests: readonly FileTestCase[];
  /** Where the entry starts, and the place of each character of its expression. */
  readonly place: FilePlace;
  readonly expressionPlaces: ScalarPlaces;
}

/** A test case, its place, and what the rule's record keeps of it. */
export interface FileTestCase extends TestCase {
  readonly place: FilePlace;
  readonly kept: RuleTest;
}

/** A parsed file. Entries with mistakes are left out; `findings` has the mistakes. */
export interface RuleFile {
  readonly file: string;
  readonly rules: readonly RuleEntry[];
  readonly findings: readonly Finding[];
}
