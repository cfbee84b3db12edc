import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_ASSEMBLY, judgeTrace, RuleSet } from '#engine';
import { judgementInputs, requestOfViews } from '../../../../test/fixtures/dsl/compare-judgements.js';
import { ruleOf } from '../../../../test/fixtures/dsl/judgements.js';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { compileRules } from '../compile/compile-rules.js';
import type { ExplanationNode } from '../contract/explanation.js';
import { Interpreter } from '../interpret/interpret.js';
import { parse } from '../parse/parse.js';
import type { Expression } from '../text/syntax.js';
import { compareSpans } from '../trace/span-rank.js';
import type { SpanView, TraceView } from '../trace/span-view.js';
import type { Resolved, TraceQuantifier } from '../tree/resolved.js';
import { eachNode, operandsOf } from '../tree/walk.js';
import { withoutParentheses } from '../tree/without-parentheses.js';
import { LuaError } from '../values/lua/lua-error.js';
import { isTruthy } from '../values/lua/lua-value.js';

/** The maximum size of a record in the spans log is a megabyte, and a violation is one record. */
const MAX_SIZE = 150_000;

function nodesOf(node: ExplanationNode): readonly ExplanationNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)];
}

/** Whether the text of a node's range has the node's kind. */
function isSpelled(kind: ExplanationNode['kind'], syntax: Expression): boolean {
  switch (kind) {
    case 'and':
    case 'or':
      return syntax.type === 'logical' && syntax.operator === kind;
    case 'not':
      return syntax.type === 'unary' && syntax.operator === 'not';
    case 'comparison':
      return syntax.type === 'binary' || syntax.type === 'call';
    case 'test':
      return syntax.type === 'string-test';
    case 'has':
    case 'count':
    case 'all':
      return syntax.type === 'call' && syntax.callee.type === 'member' && syntax.callee.name === kind;
    case 'pair':
    case 'aggregate':
      return syntax.type === 'call';
    default:
      return true;
  }
}

/** The functions of a rule outside other functions' conditions, by their start and end. */
function outerFunctions(root: Resolved): ReadonlyMap<string, TraceQuantifier> {
  const found = new Map<string, TraceQuantifier>();
  eachNode(root, (node) => {
    if (node.type === 'trace-quantifier' && node.depth === 1 && node.over === undefined)
      found.set(`${node.syntax.range.start} ${node.syntax.range.end}`, node);
  });
  return found;
}

function satisfying({ condition, depth }: TraceQuantifier, trace: TraceView): readonly SpanView[] {
  const interpreter = new Interpreter({ trace });
  return trace.spans.filter((span) => {
    interpreter.bind(depth, span);
    try {
      return isTruthy(interpreter.value(condition));
    } catch (error) {
      if (error instanceof LuaError) return false;
      throw error;
    }
  });
}

function treeOf(
  text: string,
  trace: TraceView,
): { readonly matches: boolean; readonly isUndecided: boolean; readonly tree: ExplanationNode; readonly size: number } {
  const rules = RuleSet.compile(1, [{ id: 'rule', name: 'rule', version: 1, expression: text, severity: 'LOW' }]);
  const tolerance = (trace.tolerance ?? 0) / 1_000_000;
  const [judgement] = judgeTrace(rules, [requestOfViews(trace.spans)], { ...DEFAULT_ASSEMBLY, tolerance });
  const { matches, undecided, explanation } = judgement!;
  expect(explanation.tree).toBeDefined();
  return { matches, isUndecided: undecided.length > 0, tree: explanation.tree!, size: JSON.stringify(explanation).length };
}

describe('the tree of an explanation', () => {
  it('agrees with the verdict, at the right positions, with the right spans', () => {
    const counted = { trees: 0, matches: 0, witnessed: 0, several: 0 };
    fc.assert(
      fc.property(judgementInputs[0], judgementInputs[1], (text, arrived) => {
        const rule = ruleOf(text);
        if (rule === undefined || arrived.spans.length === 0) return;
        const trace = { ...arrived, spans: arrived.spans.toSorted(compareSpans) };
        const { matches, isUndecided, tree, size } = treeOf(text, trace);
        counted.trees++;
        if (matches) counted.matches++;
        if (!isUndecided) expect({ text, holds: tree.outcome === 'true' }).toEqual({ text, holds: matches });
        expect(size).toBeLessThan(MAX_SIZE);
        const functions = outerFunctions(rule.resolved);
        for (const { range, kind, count, at_least, witnesses = [], more_witnesses = 0, outcome } of nodesOf(tree)) {
          const spelled = text.slice(range.start, range.end);
          const { syntax } = parse(spelled);
          const found = {
            text,
            spelled,
            kind,
            isSpelled: syntax?.kind === 'expression' && isSpelled(kind, withoutParentheses(syntax.expression)),
          };
          expect(found).toEqual({ ...found, isSpelled: true });
          expect(range.line).toBe(text.slice(0, range.start).split('\n').length);
          expect(witnesses.length).toBeLessThanOrEqual(50);
          const asked = functions.get(`${range.start} ${range.end}`);
          if (asked === undefined || outcome === 'not_evaluated' || outcome === 'undecided') continue;
          const satisfied = satisfying(asked, trace).map(({ id }) => id);
          if (at_least !== true && count !== undefined)
            expect({ text, spelled, count }).toEqual({ text, spelled, count: satisfied.length });
          const decisive = kind === 'all' ? trace.spans.length - satisfied.length : satisfied.length;
          // A violation names up to fifty of them, in every evaluation mode.
          const isNamed = matches && at_least !== true && !isUndecided && size < 20_000;
          if (isNamed) {
            const named = { witnesses: witnesses.length, all: witnesses.length + more_witnesses };
            expect({ text, spelled, ...named }).toEqual({ text, spelled, witnesses: Math.min(50, decisive), all: decisive });
            if (decisive > 1) counted.several++;
          }
          const right =
            kind === 'all' ? witnesses.filter((id) => satisfied.includes(id)) : witnesses.filter((id) => !satisfied.includes(id));
          expect({ text, spelled, wrong: right }).toEqual({ text, spelled, wrong: [] });
          if (witnesses.length > 0) counted.witnessed++;
        }
      }),
      { numRuns: 1_000 },
    );
    expect(counted.trees).toBeGreaterThan(300);
    expect(counted.matches).toBeGreaterThan(60);
    expect(counted.witnessed).toBeGreaterThan(60);
    expect(counted.several).toBeGreaterThan(5);
  }, 180_000);

  it('explains a double negation from bits alone', () => {
    const traceId = 'a'.padStart(32, '0');
    const spans = [
      viewOf({ id: '1'.padStart(16, '0'), traceId, status: 'ok' }),
      viewOf({ id: '2'.padStart(16, '0'), traceId, name: 'checkout', status: 'unset' }),
    ];
    for (const rule of [
      'not (not (span.status ~= "unset"))',
      'not (not (not (span.status == "unset")))',
      'not (not (span.status == "ok" or span.name == "x"))',
    ]) {
      const { matches, tree } = treeOf(`trace.count(span.name == "checkout") == 2 or ${rule}`, { id: traceId, spans, complete: true });
      expect({ rule, matches, outcome: tree.outcome }).toEqual({ rule, matches: true, outcome: 'true' });
    }
  });

  it.each([
    [9, 10, undefined],
    [60, 50, 11],
  ])('of a relation names the spans of all %d pairs, the first pair first', (reads, named, more) => {
    const traceId = 'a'.padStart(32, '0');
    const idOf = (n: number): string => n.toString(16).padStart(16, '0');
    const spans = [
      ...Array.from({ length: reads }, (_, n) => viewOf({ id: idOf(n + 1), traceId, name: 'read', startTime: n, duration: 1 })),
      viewOf({ id: idOf(reads + 1), traceId, name: 'authorize', startTime: 1_000, duration: 1 }),
    ];
    const { tree } = treeOf('trace.before(span.name == "read", span.name == "authorize")', { id: traceId, spans, complete: true });
    expect(tree).toMatchObject({ kind: 'pair', count: reads });
    expect(tree.witnesses?.slice(0, 3)).toEqual([idOf(1), idOf(reads + 1), idOf(2)]);
    expect({ named: tree.witnesses?.length, more: tree.more_witnesses }).toEqual({ named, more });
  });

  describe('stays small', () => {
    const named = (index: number, condition: string): string =>
      `trace.count(c${index} where c${index}.name == "n${index % 7}" and ${condition}) <= 99999`;
    const chain = (count: number, condition: (index: number) => string): string =>
      Array.from({ length: count }, (_, n) => named(n, condition(n))).join(' and ');

    it.each([
      ['two hundred conditions', chain(200, (n) => `(attribute.k or 0) >= ${n % 3}`), 32_000, 'k'.repeat(10)],
      ['texts of a megabyte and halves of characters', chain(30, (n) => `attribute.k != "${n}"`), 300, `\ud800${'x'.repeat(1_000_000)}`],
      [
        'a key of ten thousand characters',
        `${chain(5, () => `attribute["${'k'.repeat(10_000)}"] == nil`)} and attribute["${'k'.repeat(10_000)}"] == nil`,
        100,
        'v',
      ],
    ])(
      'of %s',
      (_what, text, count, value) => {
        const spans = Array.from({ length: count }, (_, n) =>
          viewOf({
            id: `${n}`.padStart(16, '0'),
            name: `n${n % 7}`,
            startTime: n,
            attributes: { k: value === 'k'.repeat(10) ? n : value },
          }),
        );
        const checked = check(text);
        if (!checked.ok || checked.rule.kind !== 'expression') throw new Error(JSON.stringify(checked.diagnostics));
        const { resolved } = checked.rule;
        const rule = compileRules([{ id: 'rule', checked: checked.rule }]).rules[0]!;
        const trace = { id: 'trace', spans, complete: true };
        const subject = rule.subject === 'span' ? { span: spans[0]! } : {};
        const explanation = rule.explain({ trace, spans, spanCount: count, atom: () => ({ count: 0, witnesses: [] }), ...subject });
        const json = JSON.stringify(explanation);
        expect(json.length).toBeLessThan(MAX_SIZE);
        expect(json.isWellFormed()).toBe(true);
        expect(explanation.tree!.outcome).toBe('true');
        const shown = nodesOf(explanation.tree!);
        const omitted = shown.reduce((sum, node) => sum + (node.omitted ?? 0), 0);
        expect((explanation.tree!.children?.length ?? 0) + (explanation.tree!.omitted ?? 0)).toBe(operandsOf(resolved, 'and').length);
        if (count > 1_000) expect(omitted).toBeGreaterThan(0);
        const [first] = shown.filter(({ kind }) => kind === 'count');
        if (count > 1_000) expect([first!.witnesses!.length, first!.more_witnesses]).toEqual([50, first!.count! - 50]);
      },
      180_000,
    );
  });
});
