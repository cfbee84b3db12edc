import { describe, expect, it } from '@jest/globals';
import { check } from './check.js';

describe('the rules of the user guide', () => {
  it.each([
    ['slow requests', '-- Detect requests taking longer than 1 second\nspan.duration > 1000000000', 'span'],
    ['the quick start', 'span.duration > 1s', 'span'],
    ['error status', '-- Detect spans with error status\nspan.status == "error"', 'span'],
    [
      'missing authentication',
      '-- Detect API calls without auth token\nspan.kind == "server" and\nspan.name:starts_with("/api/") and\nnot span.attributes["auth.token"]',
      'span',
    ],
    [
      'PII access without audit',
      'trace.has(span.attributes["pii.accessed"] == true) and\nnot trace.has(span.name == "audit.log")',
      'trace',
    ],
    [
      'distributed deadlock',
      'trace.has(span.name == "service-a" and span.kind == "client") and\ntrace.has(span.name == "service-b" and span.kind == "client") and\n' +
        'trace.has(span.parent_id == "service-a" and span.name == "service-b") and\ntrace.has(span.parent_id == "service-b" and span.name == "service-a")',
      'trace',
    ],
    ['high cardinality', 'span.attributes["user.id"] and\n#span.attributes["user.id"] > 1000', 'span'],
    ['slow queries', 'span.name:contains("query") and span.duration > 500000000', 'span'],
    ['a service contract', 'span.service == "payment" and !span.has(attribute.auth_token)', 'span'],
  ])('%s', (title, text, subject) => {
    const result = check(text);
    // Ids of OpenTelemetry never equal a service name: this rule fires on textual ids alone, and a warning reports it.
    const warnings = title === 'distributed deadlock' ? ['BT_DSL_ID_TEXT', 'BT_DSL_ID_TEXT'] : [];
    expect(result.diagnostics.map(({ code }) => code)).toEqual(warnings);
    expect(result.ok && result.rule.kind).toBe('expression');
    expect(result.ok && result.rule.subject).toBe(subject);
  });
});

describe('valid uses get no warning', () => {
  it.each([
    [
      'a span of the trace beside children at the same depth',
      'trace.has(x where x.name == "a" and x.children.has(c where c.name == "q") and trace.has(b where b.name == "z" and b.before(x)))',
    ],
    [
      'the second span of a pair beside children at the same depth',
      'trace.has(x where x.children.has(span.name == "q") and trace.before(b where b.before(x), span.name == "z"))',
    ],
    ['a byte of a URL that looks like a class of Lua', 'span.name matches "a%20b" or span.name matches "%d0%b0"'],
    ['a share that can be above the limit', 'trace.count(span.status == "error") * 100 / trace.span_count > 99'],
    ['a count that is not a part of the other', 'trace.count(span.status == "error") > trace.count(span.name == "a")'],
    ['all values of a field', 'trace.distinct(span.status) == 3'],
    ['small letters', 'span.name:lower() matches "[A-Z]?get"'],
    ['a pattern that needs its end', 'span.name matches "^x*$"'],
    ['a quotient that is not a duration', 'span.duration / 1000000 > 500'],
    ['ids of OpenTelemetry', 'span.parent_id == "00f067aa0ba902b7" and trace.id == "4bf92f3577b34da6a3ce929d0e0e4736"'],
    [
      'a loop that reads its span',
      'for _, s in ipairs(trace.spans) do\n  if s.name == span.name and s.id ~= span.id then return true end\nend\nreturn false',
    ],
    [
      'a variable that is a number at first',
      'local n = 0\nfor _, s in ipairs(trace.spans) do\n  if s.name == "x" then n = s end\nend\nreturn n',
    ],
    ['a number of an inner function', 'local function f()\n  local n = 1\n  return n\nend\nreturn f() < trace.span_count'],
    ['a guard behind what it guards', 'attribute.a == attribute.b and span.name == "x" and attribute.b'],
    ['another guard', 'attribute.a == attribute.b and attribute.a == "x" or attribute.a == attribute.c and attribute.c != nil'],
    ['the default of a variable', 'local label = attribute.label or "none"\nreturn label == "x"'],
    ['an attribute that stands for a field', 'trace.distinct(attribute.order.id or attribute.cart.id) > 1'],
    ['a unit that is converted', 'attribute.timeout_ms and span.duration > attribute.timeout_ms * 1ms'],
    ['a unit of nanoseconds', 'attribute.timeout_ns and span.duration > attribute.timeout_ns'],
    ['children that are all so, of a span that must have some', 'span.children.has(true) and span.children.all(span.status == "error")'],
    ['bits', 'attribute.flags and attribute.flags & 4 == 4 and attribute.flags | 1 == 5'],
    ['more than one root', 'trace.count(span.is_root) > 1 or trace.count(span.is_root) ~= 1'],
    ['a word of its own condition', 'when { charge.where(currency == EUR).where(verified) } always { x }'],
  ])('%s', (_title, text) => {
    expect(check(text).diagnostics).toEqual([]);
  });
});

/** `line:column code | suggestion | fixed text` of the first diagnostic. */
function firstComplaint(text: string): string {
  const [first] = check(text).diagnostics;
  if (first === undefined) return 'nothing';
  const fixed = first.fix === undefined ? '' : text.slice(0, first.fix.range.start) + first.fix.text + text.slice(first.fix.range.end);
  return `${first.line}:${first.column} ${first.code} | ${first.suggestion ?? ''} | ${fixed}`;
}

describe('the first diagnostic', () => {
  it.each([
    ['an unknown field', 'span.durations > 1s', '1:6 BT_DSL_UNKNOWN_FIELD | duration | span.duration > 1s'],
    ['a duration in a string', 'span.duration > "1s"', '1:17 BT_DSL_DURATION_IN_STRING | 1s | span.duration > 1s'],
    ['a number in a string', 'span.duration > "1000"', '1:1 BT_DSL_COMPARISON | 1000 | span.duration > 1000'],
    ['two operators', 'span.duration > > 1s', '1:17 BT_DSL_SYNTAX |  | '],
    ['an operator of C', 'span.is_root&&span.duration > 1s', '1:13 BT_DSL_FOREIGN_OPERATOR | and | span.is_root and span.duration > 1s'],
    ['an assignment', 'span.name = "x"', '1:11 BT_DSL_ASSIGNMENT | == | span.name == "x"'],
    ['an unknown name', 'spam.name == "x"', '1:1 BT_DSL_UNKNOWN_NAME | span | span.name == "x"'],
    ['a field without its span', 'duration > 1s', '1:1 BT_DSL_UNKNOWN_NAME | span.duration | span.duration > 1s'],
    ['a misspelt method', 'span.name:startswith("a")', '1:11 BT_DSL_UNKNOWN_FUNCTION | starts_with | span.name:starts_with("a")'],
    ['a trace function called as a method', 'trace:has(span.is_root)', '1:7 BT_DSL_ARGUMENT | trace.has | trace.has(span.is_root)'],
    ['a status in capitals', 'span.status == "ERROR"', '1:16 BT_DSL_UNKNOWN_VALUE | error | span.status == "error"'],
    ['a kind by its OTLP name', 'span.kind ~= "SPAN_KIND_SERVER"', '1:14 BT_DSL_UNKNOWN_VALUE | server | span.kind ~= "server"'],
    ['not binds tighter than ==', 'not span.name == "a"', '1:1 BT_DSL_NOT_PRECEDENCE | not (span.name == "a") | not (span.name == "a")'],
    ['an unguarded attribute', 'span.attributes["user.id"] > 1000', '1:1 BT_DSL_UNGUARDED_NIL | span.attributes["user.id"] and … | '],
    ['always true', 'trace.count(span.is_root) >= 0', '1:1 BT_DSL_MATCHES_ALL |  | '],
    ['a look-ahead', 'span.name matches "(?=a)"', '1:19 BT_DSL_PATTERN |  | '],
    ['a function without its arguments', 'trace.has', '1:1 BT_DSL_NOT_CALLED |  | '],
    ['too many arguments', 'trace.has(span.is_root, 1)', '1:1 BT_DSL_ARITY |  | '],
    ['arithmetic on a text', 'span.duration + "x" > 5', '1:17 BT_DSL_ARITHMETIC |  | '],
    ['the length of a number', '#span.duration > 5', '1:2 BT_DSL_ARITHMETIC |  | '],
    ['a string test on a number', 'span.duration contains "1"', '1:1 BT_DSL_STRING_TEST |  | '],
    ['what rules must not reach', 'os.execute("x")', '1:1 BT_DSL_UNAVAILABLE |  | '],
    ['nothing', '  -- nothing\n', '2:1 BT_DSL_EMPTY |  | '],
    ['an open bracket lines above', 'trace.has(\n span.is_root\n', '3:1 BT_DSL_UNCLOSED |  | '],
    ['an unfinished string', 'span.name == "x', '1:14 BT_DSL_UNFINISHED_STRING |  | '],
    ['an unknown unit', 'span.duration > 5sec', '1:17 BT_DSL_MALFORMED_NUMBER | 5s | span.duration > 5s'],
    ['a script that returns nothing', 'local x = span.name', '1:20 BT_DSL_NO_RETURN |  | '],
    ['a misspelt local', 'local total = 1 return totl > 0', '1:24 BT_DSL_UNKNOWN_NAME | total | local total = 1 return total > 0'],
    ['a variable named trace', 'local trace = 1 return trace', '1:7 BT_DSL_RESERVED |  | '],
    [
      'an unknown field in a script',
      'local d = span.duratoin return d > 1',
      '1:16 BT_DSL_UNKNOWN_FIELD | duration | local d = span.duration return d > 1',
    ],
  ])('%s: %s', (_title, text, complaint) => {
    expect(firstComplaint(text)).toBe(complaint);
  });
});

it("reports each mistake once, in Lua's words", () => {
  const messages = (text: string) => check(text).diagnostics.map(({ message }) => message);
  expect(messages('os.execute("x")')).toEqual(["'os' is not available in rules"]);
  expect(messages('spam.x.y > 5 and foo(1)')).toEqual(["unknown name 'spam'", "unknown name 'foo'"]);
  expect(messages('span.duration > > 1s')).toEqual(["unexpected symbol near '>'"]);
  expect(messages('span.duration >')).toEqual(['unexpected symbol near <eof>']);
  expect(messages('if span.is_root return true end')).toEqual(["'then' expected near 'return'"]);
  expect(messages('trace.has(\nspan.is_root')).toEqual(["')' expected (to close '(' at line 1) near <eof>"]);
});

describe('a table that starts empty', () => {
  const loop = (body: string, end: string) => `local seen = {} for _, s in ipairs(trace.spans) do ${body} end ${end}`;
  it.each([
    ['written by a key', loop('if seen[s.name] then return true end seen[s.name] = true', 'return false')],
    ['written by a member', loop('seen.last = s.name', 'return seen.last == "a"')],
    ['written deeper down', loop('seen.a.b = s.name', 'return seen.a == "a"')],
    ['inserted into', loop('table.insert(seen, s.name)', 'return #seen > 3')],
    ['given to a function', `local function add(t, s) t[s.name] = true end ${loop('add(seen, s)', 'return next(seen) ~= nil')}`],
    ['filled by a function that knows it', loop('local function add(n) seen[n] = true end add(s.name)', 'return next(seen) ~= nil')],
    ['known by another name', loop('local t = seen t[s.name] = true', 'return next(seen) ~= nil')],
    ['replaced by another', loop('seen = { s.name }', 'return #seen > 0')],
  ])('gets no warning when something may fill it: %s', (_, text) => {
    expect(check(text).diagnostics.map(({ code }) => code)).not.toContain('BT_DSL_NEVER_FILLED');
  });

  it.each([
    ['asked by a key', loop('if seen[s.name] then return true end', 'return false')],
    ['counted', loop('local n = s.name', 'return #seen > 3')],
    ['looked through', loop('for k in pairs(seen) do if k == s.name then return true end end', 'return false')],
  ])('gets a warning when nothing fills it: %s', (_, text) => {
    expect(check(text).diagnostics.map(({ code }) => code)).toContain('BT_DSL_NEVER_FILLED');
  });
});

describe('guards', () => {
  it.each([
    ['attribute.x and attribute.x > 5'],
    ['span.has(attribute.x) and attribute.x > 5'],
    ['attribute.x ~= nil and attribute.x > 5'],
    ['not attribute.x or attribute.x > 5'],
    ['attribute.x == nil or attribute.x > 5'],
    ['type(attribute.x) == "number" and attribute.x > 5'],
    ['(attribute.x or 0) > 5'],
    ['trace.has(span.name == "a" and attribute.x and attribute.x > 5)'],
    ['attribute.x and trace.has(span.name == "a" and span.duration > 5s) and attribute.x > 5'],
    ['span.resource["x"] and span.resource.x > 5'],
    ['attribute.container.no == "C1"'],
    ['attribute.host.guests and attribute.host.guests > 3'],
    ['attribute.os.order == "7"'],
    ['attribute.x != nil and attribute.x == false'],
    ['attribute.x and attribute.x == true'],
    ['attribute.x != nil and attribute.x != false and attribute.x != true'],
    // A guard inside the `not` would match every span without the key.
    ['trace.has(q where q.name == "quote" and not (q.attributes["currency"] == q.attributes["price.currency"]))'],
  ])('%s needs no warning', (text) => {
    expect(check(text).diagnostics).toEqual([]);
  });

  it('do not hold for another span', () => {
    const codes = check('attribute.x and trace.has(attribute.x > 5)').diagnostics.map(({ code }) => code);
    expect(codes).toEqual(['BT_DSL_UNGUARDED_NIL']);
  });
});

describe('the subject of a rule', () => {
  it.each([
    ['span.is_root', 'span', 'expression'],
    ['trace.has(span.is_root)', 'trace', 'expression'],
    ['span.is_root and trace.count(span.name == "a") > 1', 'span', 'expression'],
    ['trace.root and trace.root.duration > 1s', 'trace', 'expression'],
    ['return span.is_root', 'span', 'expression'],
    ['local n = 0 for _, span in ipairs(trace.spans) do n = n + span.duration end return n > 1s', 'trace', 'script'],
    ['local d = span.duration return d > 1s and trace.span_count > 2', 'span', 'script'],
    ['trace.has(function(span) return span.is_root end)', 'trace', 'script'],
    ['span.name:find("a.c") ~= nil', 'span', 'script'],
  ])('%s', (text, subject, kind) => {
    const result = check(text);
    expect(result.diagnostics).toEqual([]);
    expect(result.ok && { subject: result.rule.subject, kind: result.rule.kind }).toEqual({ subject, kind });
  });
});
