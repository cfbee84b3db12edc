import type { Budget } from '../../values/lua/budget.js';
import { patternText, subjectText, withPattern } from '../../values/lua/string-tests.js';
import { cachedPattern, compilePattern, type Pattern } from '../../values/pattern.js';
import type { Value } from '../../values/value.js';

/** Steps per instruction of a regular expression's program: to compile it, and to match one character. */
const COMPILE_STEPS = 20;
const MATCH_STEPS = 1 / 16;

/** The regular expressions of one script. Literals are compiled once; every other pattern is charged at each use. */
export class ScriptPatterns {
  private readonly literals = new Map<string, Pattern>();

  constructor(private readonly budget: Budget) {}

  /** @throws LuaError without a text, or with an invalid pattern */
  matches(subject: Value, pattern: Value, isLiteral: boolean): boolean {
    const text = subjectText(subject);
    const wanted = patternText('matches', pattern);
    return withPattern(() => {
      const compiled = isLiteral ? this.literal(wanted) : this.computed(wanted);
      this.budget.spend(text.length * Math.max(1, compiled.size * MATCH_STEPS));
      return compiled.test(text);
    });
  }

  private literal(text: string): Pattern {
    let pattern = this.literals.get(text);
    if (pattern === undefined) this.literals.set(text, (pattern = compilePattern(text)));
    return pattern;
  }

  /** The cost must not depend on the cache. */
  private computed(text: string): Pattern {
    this.budget.scan(text.length);
    const pattern = cachedPattern(text);
    this.budget.spend(pattern.size * COMPILE_STEPS);
    return pattern;
  }
}
