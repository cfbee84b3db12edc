import type { Code } from '../emit/code.js';
import type { Declaration } from '../emit/declarations.js';
import type { Conjunct, Conjunction, LadderPlan, Plan } from './plan.js';

/** Statements, and what they need declared once per call. */
export interface Statements {
  readonly text: string;
  readonly hoists: ReadonlySet<string>;
}

/** A ladder that the generated code calls: `ladders[number]`, with the value of its column. */
export interface LadderCode {
  readonly number: number;
  readonly value: Code;
}

/**
 * Writes plans as nested `if`s. A column is loaded in the innermost scope that needs it. The first test of every plan runs for each span, so its columns are
 * loaded first.
 */
export class StatementWriter {
  private readonly hoists = new Set<string>();

  constructor(private readonly ladderOf: (plan: LadderPlan) => LadderCode) {}

  write(plans: readonly Plan[], declared: ReadonlySet<Declaration> = new Set()): Statements {
    const text = this.block(plans, declared);
    return { text, hoists: this.hoists };
  }

  /** Declares the inputs of a code before it. Returns what is declared then. */
  declare(
    codes: readonly Code[],
    declared: ReadonlySet<Declaration>,
  ): { readonly text: string; readonly declared: ReadonlySet<Declaration> } {
    const missing = new Set(codes.flatMap((code) => code.needs).filter((declaration) => !declared.has(declaration)));
    if (missing.size === 0) return { text: '', declared };
    for (const { hoist } of missing) if (hoist !== undefined) this.hoists.add(hoist);
    const loads = [...missing].map(({ load }) => load).filter((load) => load !== '');
    return { text: loads.length === 0 ? '' : `${loads.join(' ')}\n`, declared: new Set([...declared, ...missing]) };
  }

  private block(plans: readonly Plan[], outer: ReadonlySet<Declaration>): string {
    const firsts = plans.map((plan) => this.first(plan)).filter((code) => code !== undefined);
    const { text, declared } = this.declare(firsts, outer);
    return text + plans.map((plan) => this.plan(plan, declared)).join('');
  }

  /** The tests of a plan that run on every span. */
  private first(plan: Plan): Code | undefined {
    if (plan.type === 'ladder') return this.ladderOf(plan).value;
    return plan.type === 'group' ? plan.conjunct.code : plan.conjunction.conjuncts[0]?.code;
  }

  private plan(plan: Plan, declared: ReadonlySet<Declaration>): string {
    if (plan.type === 'leaf') return this.leaf(plan.conjunction, declared);
    if (plan.type === 'ladder') {
      const { number, value } = this.ladderOf(plan);
      return `ladders[${number}].test(${value.text}, c, i, o, matched, failed);\n`;
    }
    return `if (${plan.conjunct.code.text}) {\n${this.block(plan.plans, declared)}}\n`;
  }

  private leaf(conjunction: Conjunction, declared: ReadonlySet<Declaration>): string {
    const word = conjunction.index >> 5;
    const bit = 1 << (conjunction.index & 31);
    const found = `matched[o + ${word}] |= ${bit};`;
    if (!conjunction.conjuncts.some(({ code }) => code.fallible)) return this.tests(conjunction.conjuncts, found, declared);
    const tests = this.tests(conjunction.conjuncts, `if (slow.failed === 0) ${found}`, declared);
    return `${tests}if (slow.failed !== 0) { slow.failed = 0; failed[o + ${word}] |= ${bit}; }\n`;
  }

  private tests(conjuncts: readonly Conjunct[], found: string, declared: ReadonlySet<Declaration>): string {
    const ready = conjuncts.findIndex(({ code }) => code.needs.some((declaration) => !declared.has(declaration)));
    const now = ready < 0 ? conjuncts : conjuncts.slice(0, ready);
    const test = now.map(({ code }) => code.text).join(' && ');
    const rest = ready < 0 ? found : this.nested(conjuncts.slice(ready), found, declared);
    if (test === '') return ready < 0 ? `${rest}\n` : `{ ${rest} }\n`;
    return `if (${test}) { ${rest} }\n`;
  }

  private nested(conjuncts: readonly Conjunct[], found: string, outer: ReadonlySet<Declaration>): string {
    const { text, declared } = this.declare([conjuncts[0]!.code], outer);
    return text + this.tests(conjuncts, found, declared);
  }
}
