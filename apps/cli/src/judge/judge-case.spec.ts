import { describe, expect, it } from '@jest/globals';
import { arrangements } from '#cases';
import { readRuleFile } from '../rule-file/read-rule-file.js';
import { junit } from './junit.js';
import { runRuleFile } from './run-rule-file.js';

function run(expression: string, expected: string, trace = 'a\n  b\n  c status=error'): string | undefined {
  const indented = trace.replace(/^/gm, '          ');
  const text = `rules:\n  - id: r\n    expression: '${expression}'\n    tests:\n      - name: n\n        expect: ${expected}\n        trace: |\n${indented}\n`;
  const file = readRuleFile('r.yaml', text);
  expect(file.findings).toEqual([]);
  const { failure } = runRuleFile(file, () => 0).cases[0] ?? {};
  return failure && `${failure.reason} (${failure.arrangement}): ${failure.details.join('; ')}`;
}

describe('a test case', () => {
  it('is undecided when on_error says so for a value of another type', () => {
    const trace = 'a amount="5000"';
    const strict = "attribute.amount > 1000'\n    on_error: 'undecided";
    expect(run(strict, 'undecided', trace)).toBeUndefined();
    expect(run(strict, 'no match', trace)).toMatch(
      /^expected no match, and the rule is undecided .*undecided \(value_type\): attribute.amount is "5000"/,
    );
    expect(run(strict, 'match', trace)).toMatch(/^expected a match, and the rule is undecided/);
    expect(run('attribute.amount > 1000', 'no match', trace)).toBeUndefined();
    expect(run('attribute.amount > 1000', 'undecided', trace)).toMatch(/^expected no verdict \(undecided\), and the rule does not match/);
    expect(run("attribute.amount > 1000'\n    on_error: 'violation", 'match', trace)).toBeUndefined();
  });

  it.each(['a\n  h 10ms\n  t -20ms 1ms link=h', 'a trace=t1\n  h 10ms trace=t1\n  t -20ms 1ms link=h trace=t1'])(
    'resolves links to spans of the own trace: %j',
    (trace) => {
      expect(run('trace.before(span.name == "h", span.name == "t")', 'match', trace)).toBeUndefined();
      expect(run('trace.before(span.name == "h", span.name == "t")', 'no match', trace.replace('link=h', ''))).toBeUndefined();
    },
  );

  it.each([
    ['span.status == "error"', 'match'],
    ['span.status == "error"', '{match: [c]}'],
    ['span.status == "ok"', 'no match'],
    ['span.name != "a"', '{match: [b, c]}'],
    ['trace.has(span.name == "b") and not trace.has(span.name == "d")', 'match'],
    ['trace.count(span.parent_id == "a") == 2', 'match'],
  ])('holds: %s, %s', (expression, expected) => {
    expect(run(expression, expected)).toBeUndefined();
  });

  it.each([
    ['span.status == "error"', 'no match', /^expected no match, and the rule matches \(in one batch\): /],
    ['span.status == "ok"', 'match', /^expected a match, and there is none \(in one batch\): /],
    ['span.name != "a"', '{match: [b]}', /^matches c, which was not expected/],
    ['span.status == "error"', '{match: [b]}', /^expected a match of b; matches c, which was not expected/],
    [
      'span.attributes.n > 5',
      'match',
      /evaluation error: attempt to compare number with nil|evaluation error: attempt to compare nil with number/,
    ],
  ])('fails: %s, %s', (expression, expected, message) => {
    expect(run(expression, expected)).toMatch(message);
  });

  it('fails even in one batch, because no rule depends on the order of arrival', () => {
    expect(run('trace.spans[1].name == "a"', 'match')).toMatch(/\(in one batch\)/);
  });

  it('names spans with equal names by their ids', () => {
    expect(run('span.status == "error"', '{match: ["q#2"]}', 'a\n  q\n  q status=error')).toBeUndefined();
    expect(run('span.status == "error"', '{match: [q]}', 'a\n  q\n  q status=error')).toBeUndefined();
  });
});

describe('arrangements', () => {
  it('are the same for the same seed, and each contains every span', () => {
    expect(arrangements(5, 'x')).toEqual(arrangements(5, 'x'));
    expect(arrangements(5, 'x')).not.toEqual(arrangements(5, 'y'));
    for (const { records } of arrangements(20, 'x')) expect(new Set(records.flat()).size).toBe(20);
    expect(arrangements(1, 'x').map(({ name }) => name)).toEqual(['in one batch', 'with duplicates']);
    expect(arrangements(3, 'x').filter(({ name }) => name.endsWith('late'))).toHaveLength(3);
  });
});

describe('JUnit XML', () => {
  it('reports what failed, and escapes what XML does not allow', () => {
    const text =
      'rules:\n  - {id: r, expression: span.is_root, tests: [{name: "<a> & \\u0001\\"", trace: [{name: a}], expect: no match}]}\n  - {id: s, expression: span.x}\n';
    const result = runRuleFile(readRuleFile('r.yaml', text), () => 0);
    const xml = junit([result]);
    expect(xml).toContain('<testsuites name="betrace" tests="2" failures="1" errors="1"');
    expect(xml).toContain('<testcase name="&lt;a&gt; &amp; \ufffd&quot;" classname="r"');
    expect(xml).toContain('<failure type="verdict" message="expected no match, and the rule matches (in one batch)">');
    expect(xml).toContain('<error type="BT_DSL_UNKNOWN_FIELD"');
  });
});
