import { describe, expect, it } from '@jest/globals';
import { check } from '../check.js';

/** `line:column code | suggestion` of the first diagnostic. */
function complaint(text: string): string {
  const [first] = check(text).diagnostics;
  return first === undefined ? 'nothing' : `${first.line}:${first.column} ${first.code} | ${first.suggestion ?? ''}`;
}

describe('the first diagnostic of a function over spans', () => {
  it.each([
    ['one condition too few', 'trace.before(span.is_root)', '1:1 BT_DSL_ARITY | '],
    ['one argument too many', 'trace.child(span.is_root, span.is_root, 1s)', '1:1 BT_DSL_ARITY | '],
    ['a misspelt function', 'trace.folows(span.is_root, span.name == "a")', '1:7 BT_DSL_UNKNOWN_FIELD | follows'],
    ['a relation of children', 'span.children.before(span.is_root)', '1:15 BT_DSL_UNKNOWN_FIELD | '],
    ['a deadline in a string', 'trace.follows(span.is_root, span.name == "a", "500ms")', '1:47 BT_DSL_DURATION_IN_STRING | 500ms'],
    ['a deadline that is a condition', 'trace.follows(span.is_root, span.name == "a", span.is_root)', '1:47 BT_DSL_ARGUMENT | '],
    [
      'field and condition swapped',
      'trace.sum(span.name == "a", span.duration) > 1',
      '1:11 BT_DSL_ARGUMENT | span.duration, span.name == "a"',
    ],
    ['a sum of texts', 'trace.sum(span.name) > 1', '1:11 BT_DSL_ARGUMENT | '],
    ['a name on the field', 'trace.sum(a where a.duration) > 1', '1:11 BT_DSL_ARGUMENT | '],
    ['a condition that always holds', 'trace.has(span.name)', '1:11 BT_DSL_MATCHES_ALL | '],
    ['a count that is never negative', 'trace.distinct(span.name) >= 0', '1:1 BT_DSL_MATCHES_ALL | '],
    ['an aggregate that may be nil', 'trace.max(span.duration) > 1s', 'nothing'],
    ['relatives as a value', 'span.children', '1:1 BT_DSL_ARGUMENT | span.children.has(…)'],
    ['relatives counted by a sign', '#span.children > 3', '1:2 BT_DSL_ARGUMENT | span.children.count(true)'],
    ['a field of relatives', 'span.children.name == "a"', '1:15 BT_DSL_UNKNOWN_FIELD | '],
    ['before without a span', 'span.before(span.name)', '1:13 BT_DSL_ARGUMENT | '],
    ['an unknown field of the parent', 'span.parent.nam == "a"', '1:13 BT_DSL_UNKNOWN_FIELD | name'],
  ])('%s', (_sentence, text, expected) => {
    expect(complaint(text)).toBe(expected);
  });
});

describe('the first diagnostic of a named span', () => {
  it.each([
    ['a name is a span', 'trace.has(charge where charge.name == "a" and charge.duration > 1s)', 'nothing'],
    ['a misspelt name', 'trace.has(charge where charg.name == "a")', '1:24 BT_DSL_UNKNOWN_NAME | charge'],
    ['a name outside its condition', 'trace.has(charge where charge.name == "a") and charge.duration > 1', '1:48 BT_DSL_UNKNOWN_NAME | '],
    ['the name of an outer span', 'trace.has(a where trace.has(a where a.name == "x"))', '1:29 BT_DSL_NAME_TAKEN | a2'],
    ['a name that is a function', 'trace.has(type where type.name == "x")', '1:11 BT_DSL_NAME_TAKEN | type2'],
    ['a name that is the language', 'trace.has(span where span.name == "x")', '1:11 BT_DSL_NAME_TAKEN | span2'],
    ['a name of the first span in the second condition', 'trace.before(a where a.name == "x", span.id ~= a.id)', 'nothing'],
    ['a name of the second span in the first condition', 'trace.before(span.id ~= b.id, b where b.is_root)', '1:25 BT_DSL_UNKNOWN_NAME | '],
    ['a name in the field', 'trace.sum(c.duration, c where c.name == "x") > 1s', 'nothing'],
    ['a name where nothing is named', 'math.abs(a where a.duration) > 1', '1:10 BT_DSL_NOT_AN_ARGUMENT | '],
    ['what the name guards is known', 'trace.has(a where a.attributes.n ~= nil and a.attributes.n > 5)', 'nothing'],
    [
      'what the first condition guards is known in the second',
      'trace.before(a where a.attributes.n, span.is_root and a.attributes.n == 5)',
      'nothing',
    ],
    ['an unguarded attribute of a named span', 'trace.has(a where a.attributes.n > 5)', '1:19 BT_DSL_UNGUARDED_NIL | a.attributes.n and …'],
    ['a guarded attribute of the parent', 'span.parent and span.parent.attributes.n and span.parent.attributes.n > 5', 'nothing'],
    ['where as an attribute', 'attribute.where == "x"', 'nothing'],
    ['in a script, an unknown name', 'local n = trace.count(a where b.name == "x") return n > 1', '1:31 BT_DSL_UNKNOWN_NAME | a'],
    ['in a script, a name', 'local n = trace.count(a where a.name == "x") return n > 1', 'nothing'],
  ])('%s', (_sentence, text, expected) => {
    expect(complaint(text)).toBe(expected);
  });
});

describe('a value that may be nil gets a warning where nil fails, unless guarded:', () => {
  const unguarded = (suggestion: string): string => `BT_DSL_UNGUARDED_NIL | ${suggestion} and …`;
  it.each([
    ['a field of the parent', 'span.parent.duration > 3s', `1:1 ${unguarded('span.parent')}`],
    ['of the parent of the parent', 'span.parent and span.parent.parent.name == "a"', `1:17 ${unguarded('span.parent.parent')}`],
    ['of the root', 'trace.root.duration > 1s', `1:1 ${unguarded('trace.root')}`],
    ['of a span by its place', 'trace.spans[2].name == "a"', `1:1 ${unguarded('trace.spans[2]')}`],
    [
      'the least of spans that may not exist',
      'trace.min(span.duration, span.name == "a") > 1s',
      `1:1 ${unguarded('trace.min(span.duration, span.name == "a")')}`,
    ],
    ['the largest of what a span may not have', 'trace.max(attribute.n) > 1', `1:1 ${unguarded('trace.max(attribute.n)')}`],
    ['a text that may hold no number', 'tonumber(attribute.n) > 1', `1:1 ${unguarded('tonumber(attribute.n)')}`],
    ['one of two attributes', '(attribute.n or attribute.m) > 1', `1:2 ${unguarded('attribute.n or attribute.m')}`],
    ['an event', 'span.events[1].name == "a"', `1:1 ${unguarded('span.events[1]')}`],
    ['a parent that was tested of another span', 'span.parent and trace.has(span.parent.name == "a")', `1:27 ${unguarded('span.parent')}`],
    [
      'an aggregate whose other condition was tested',
      'trace.has(span.name == "b") and trace.max(span.duration, span.name == "a") > 1s',
      `1:33 ${unguarded('trace.max(span.duration, span.name == "a")')}`,
    ],
    [
      'children, where the trace was tested',
      'trace.has(span.name == "a") and span.children.max(span.duration, span.name == "a") > 1s',
      `1:33 ${unguarded('span.children.max(span.duration, span.name == "a")')}`,
    ],
    ['behind a guard that says the opposite', 'not span.parent and span.parent.name == "a"', `1:21 ${unguarded('span.parent')}`],
    ['behind one of two guards', '(span.parent or span.is_root) and span.parent.name == "a"', `1:35 ${unguarded('span.parent')}`],
    ['a guarded parent', 'span.parent and span.parent.duration > 3s', 'nothing'],
    ['a parent that is not nil', 'span.parent ~= nil and span.parent.duration > 3s', 'nothing'],
    ['either no parent or', 'span.parent == nil or span.parent.duration > 3s', 'nothing'],
    ['both', 'span.parent and span.parent.parent and span.parent.parent.name == "a"', 'nothing'],
    ['the first span', 'trace.spans[1].name == "a"', 'nothing'],
    ['the largest of all spans', 'trace.max(span.duration) > 1s', 'nothing'],
    ['the largest of some that exist', 'trace.has(span.name == "a") and trace.max(span.duration, span.name == "a") > 1s', 'nothing'],
    ['a number that was tested', 'tonumber(attribute.n) and tonumber(attribute.n) > 1', 'nothing'],
    ['one of two attributes that was tested', '(attribute.n or attribute.m) and (attribute.n or attribute.m) > 1', 'nothing'],
    ['an attribute or a number', '(attribute.n or 0) > 1', 'nothing'],
    ['a comparison that every value answers', 'trace.max(span.duration, span.name == "a") == 1s', 'nothing'],
  ])('%s', (_sentence, text, expected) => {
    expect(complaint(text)).toBe(expected);
  });
});
