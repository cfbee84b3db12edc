import type { RuleTest } from '../api/types';

/** Test cases in the form of the API. */
export const writtenTests = (tests: readonly RuleTest[]): RuleTest[] => tests.map(written);

/** A case that names no span expects any match. */
function written({ name, trace, expect }: RuleTest): RuleTest {
  if (typeof expect !== 'object') return { name, trace, expect };
  const match = expect.match.map((span) => span.trim()).filter((span) => span !== '');
  return { name, trace, expect: match.length === 0 ? 'match' : { match } };
}

/** Whether a test case lacks its name or its trace. */
export const hasHalfTest = ({ tests }: { readonly tests: readonly RuleTest[] }): boolean =>
  tests.some(({ name, trace }) => name.trim() === '' || trace.trim() === '');
