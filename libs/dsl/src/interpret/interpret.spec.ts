import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryMixedRule, arbitrarySpan, arbitraryTraceRule } from '../../../../test/fixtures/dsl/rules/arbitrary-rule.js';
import { type PlainSpan, viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { luaText } from '../sandbox/bridge/lua-text.js';
import { ScriptProgram } from '../sandbox/sandbox.js';
import { Source } from '../text/source.js';
import type { TraceView } from '../trace/span-view.js';
import { LuaError } from '../values/lua/lua-error.js';
import { interpret, interpretCondition } from './interpret.js';

function traceOf(spans: readonly PlainSpan[]): TraceView {
  return { id: 'trace', spans: spans.map(viewOf), complete: true };
}

/** The verdict of a rule on each span, or on the trace; an error by its text. */
function verdicts(text: string, spans: readonly PlainSpan[]): (boolean | string)[] {
  const checked = check(text);
  if (!checked.ok || checked.rule.kind !== 'expression') throw new Error(`${text}: ${checked.diagnostics[0]?.message}`);
  const { resolved, subject } = checked.rule;
  const trace = traceOf(spans);
  const judge = (environment: Parameters<typeof interpretCondition>[1]): boolean | string => {
    let message = '';
    const result = interpretCondition(resolved, environment, (error) => {
      message = error.message;
    });
    return result ?? message;
  };
  return subject === 'trace' ? [judge({ trace })] : trace.spans.map((span) => judge({ trace, subject: span }));
}

const PAYMENT: readonly PlainSpan[] = [
  {
    id: 'a',
    name: 'checkout',
    service: 'shop',
    kind: 'server',
    duration: 2_000_000_000,
    attributes: { 'user.id': 'x'.repeat(1001), 'pii.accessed': true },
  },
  {
    id: 'b',
    parentId: 'a',
    name: '/api/pay',
    service: 'payment',
    kind: 'server',
    status: 'error',
    duration: 5,
    attributes: { amount: 7, id: 9007199254740993n },
  },
];

describe('the user guide', () => {
  it.each([
    ['span.duration > 1000000000', [true, false]],
    ['span.duration > 1s', [true, false]],
    ['span.status == "error"', [false, true]],
    ['span.kind == "server" and span.name:starts_with("/api/") and not span.attributes["auth.token"]', [false, true]],
    ['trace.has(span.attributes["pii.accessed"] == true) and not trace.has(span.name == "audit.log")', [true]],
    ['trace.has(span.parent_id == "a" and span.name == "/api/pay")', [true]],
    ['span.attributes["user.id"] and #span.attributes["user.id"] > 1000', [true, false]],
    ['span.service == "payment" and !span.has(attribute.auth_token)', [false, true]],
    ['span.attributes["user.id"] > 1000', ['attempt to compare number with string', 'attempt to compare number with nil']],
  ])('%s', (text, expected) => {
    expect(verdicts(text, PAYMENT)).toEqual(expected);
  });
});

describe('the language', () => {
  it.each([
    ['trace.count(span.is_root) == 1', [true]],
    ['trace.all(span.kind == "server")', [true]],
    ['trace.root.name == "checkout" and #trace.spans == 2 and trace.span_count == 2', [true]],
    ['trace.spans[2].name == "/api/pay" and trace.spans[3] == nil', [true]],
    ['#trace.services == 2 and trace.services[1] == "shop"', [true]],
    ['span.is_root and trace.has(span.service == "payment")', [true, false]],
    ['attribute.id == 9007199254740993 and attribute.id ~= 9007199254740992', [false, true]],
    ['attribute.id + 1 == 9007199254740994', ['attempt to perform arithmetic on a nil value', true]],
    ['(attribute.amount or 0) > 5', [false, true]],
    ['trace.has(attribute.amount > 5)', [true]],
    ['trace.all(attribute.amount > 5)', [false]],
    ['trace.has(span.name == "checkout" and not trace.has(span.name == "refund"))', [true]],
    ['attribute.name.x == 5', [false, false]],
    ['span.attributes.amount["x"] == 5', ['attempt to index a nil value', 'attempt to index a number value']],
    ['attribute.amount .. "" == "7"', ['attempt to concatenate a nil value', true]],
    ['#attribute.amount == 1', ['attempt to get length of a nil value', 'attempt to get length of a number value']],
    ['attribute.amount contains "7"', ['attempt to index a nil value', 'attempt to index a number value']],
    ['tostring(attribute.amount) contains "7"', [false, true]],
  ])('%s', (text, expected) => {
    expect(verdicts(text, PAYMENT)).toEqual(expected);
  });

  it('reports the spans on which a condition failed', () => {
    const checked = check('trace.count(attribute.amount > 5) == 1');
    const failed: string[] = [];
    if (!checked.ok || checked.rule.kind !== 'expression') throw new Error('refused');
    interpret(checked.rule.resolved, {
      trace: traceOf(PAYMENT),
      onSpanError: (_test, span, error) => {
        failed.push(`${span.id}: ${error.message}`);
        return false;
      },
    });
    expect(failed).toEqual(['a: attempt to compare number with nil']);
  });

  it('has no root without one, and no error before it is used', () => {
    expect(verdicts('trace.root and trace.root.duration > 1s', [{ parentId: 'x' }])).toEqual([false]);
    expect(verdicts('trace.root.duration > 1s', [{ parentId: 'x' }])).toEqual(['attempt to index a nil value']);
  });
});

/** The same expression in fengari: true, false or the error's text without position and variable names. */
function runByLua(text: string, trace: TraceView): (boolean | string)[] {
  const checked = check(text);
  if (!checked.ok || checked.rule.kind !== 'expression') throw new Error('refused');
  const { syntax, subject } = checked.rule;
  const program = new ScriptProgram(luaText(new Source(text), [{ type: 'return', values: [syntax], range: syntax.range }]));
  const judge = (input: Parameters<ScriptProgram['evaluate']>[0]): boolean | string => {
    try {
      return program.evaluate(input);
    } catch (error) {
      if (!(error instanceof LuaError)) throw error;
      return error.message.replace(/^rule:\d+: /, '').replace(/ \((field|local|global|upvalue|constant|method) .*\)$/, '');
    }
  };
  return subject === 'trace' ? [judge({ trace })] : trace.spans.map((span) => judge({ trace, subject: span }));
}

it('agrees with fengari on match, error and nil', () => {
  const rule = fc.oneof(arbitraryMixedRule, arbitraryTraceRule);
  let compared = 0;
  fc.assert(
    fc.property(rule, fc.array(arbitrarySpan, { maxLength: 5 }), (text, spans) => {
      const checked = check(text);
      fc.pre(checked.ok && checked.rule.kind === 'expression');
      compared++;
      expect(runByLua(text, traceOf(spans))).toEqual(verdicts(text, spans));
    }),
    { numRuns: 600 },
  );
  expect(compared).toBeGreaterThan(300);
});
