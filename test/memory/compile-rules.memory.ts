import { check, compileRules } from '../../libs/dsl/src/index.js';
import type { MemoryCase } from './memory-case.js';

const RULES = [
  (n: number) => `span.name matches "^charge-${n}-[a-z]+$" and span.duration > ${n}ms`,
  (n: number) => `trace.count(span.name == "charge ${n}") > ${n % 7} and not trace.has(attribute.key_${n} == "${n}")`,
  (n: number) => `local n = ${n}\nfor _, s in ipairs(trace.spans) do if s.name == "x${n}" then n = n - 1 end end\nreturn n < 0`,
];

/** New rules each time, because patterns and generated functions are cached for a while. */
function compiler(): () => void {
  let n = 0;
  return () => {
    n++;
    const rules = RULES.flatMap((text, kind) => {
      const checked = check(text(n));
      return checked.ok ? [{ id: `rule-${kind}`, checked: checked.rule }] : [];
    });
    if (compileRules(rules).rules.length !== RULES.length) throw new Error('a rule is missing');
  };
}

export const cases: readonly MemoryCase[] = [{ name: 'rules that are compiled once each', warmUp: 1_500, begin: compiler }];
