import type { CatalogueProblem } from '#base';

/** The refusals of the API. A code is never reused for another meaning. */
export const API_PROBLEMS = {
  BT_API_RULE_NOT_FOUND: { status: 404, sentence: 'There is no rule {id}. GET /v1/rules lists the ids.' },
  BT_API_RULE_EXISTS: {
    status: 409,
    sentence:
      'There is a rule {id} ({name}) with other content. To change it: PUT /v1/rules/{id}, or send "id": "{id}" along. To have both: another name or id.',
  },
  BT_API_RULE_CHANGED: {
    status: 409,
    sentence: 'Rule {id} has version {found}; the change is based on version {expected}. Read it again and repeat the change.',
  },
  BT_API_PRECONDITION_FAILED: {
    status: 412,
    sentence: 'Rule {id} {found}, which {header}: {value} does not allow. Read it again and repeat the change.',
  },
  BT_API_RULES_PRECONDITION_FAILED: {
    status: 412,
    sentence:
      'The rules have the ETag {found}, which {header}: {value} does not allow. Read them again (GET /v1/rules) and repeat the import.',
  },
  BT_API_RULES_ETAG_INVALID: {
    status: 400,
    sentence: '{header} is {value}; expected the ETag of GET /v1/rules in quotes, as that answered it, or *.',
  },
  BT_API_RULE_NAME_AMBIGUOUS: { status: 409, sentence: 'Several rules are called {name}. Name one by its id: {ids}.' },
  BT_API_TIME_RANGE_EMPTY: {
    status: 400,
    sentence: 'The time range is empty: from {start} to {end} (Unix seconds). Set an end after the start.',
  },
  BT_API_TOO_MANY_BUCKETS: {
    status: 400,
    sentence: 'The time range has {buckets} intervals; at most {limit} are allowed. Use longer intervals or a shorter range.',
  },
  BT_API_RULE_ID_DIFFERS: {
    status: 400,
    sentence: 'The path names rule {path}, the body rule {body}. Make them equal, or leave the id out.',
  },
  BT_API_RULE_TEXT_INVALID: {
    status: 400,
    sentence: 'The rule cannot be saved: {reason}. `errors` names each invalid text.',
  },
  BT_API_RULE_TEST_INVALID: {
    status: 422,
    sentence: 'A test case cannot be read: {reason}. `errors` names each.',
  },
  BT_API_RULE_TESTS_FAIL: {
    status: 422,
    sentence:
      'The rule was not saved: {failed} of its {count} test cases fail, the first with: {reason}. Without `run_tests` it is saved anyway.',
  },
  BT_API_IMPORT_TESTS_FAIL: {
    status: 422,
    sentence:
      'Nothing was imported: {failed} test cases fail, the first with: {reason}. Without `run_tests` the rules are imported anyway.',
  },
  BT_API_IMPORT_INVALID: {
    status: 422,
    sentence: 'Nothing was imported: {reason}. `errors` names each error, with its place in `rules`.',
  },
  BT_API_TOO_MANY_RULES: {
    status: 422,
    sentence: 'The limit of {limit} rules is reached. Delete some, or raise rules.max_rules (BETRACE_MAX_RULES).',
  },
  BT_API_EXPRESSION_TOO_LONG: {
    status: 422,
    sentence:
      'The expression has {length} characters; at most {limit} are allowed. Shorten it, or raise rules.max_expression_length (BETRACE_MAX_EXPRESSION_LENGTH).',
  },
  BT_API_EXPRESSION_INVALID: { status: 422, sentence: 'The expression cannot be used: {reason}' },
  BT_API_EXPRESSION_TIMEOUT: {
    status: 422,
    sentence:
      'The request took longer than {deadline} ms, while {phase}. Shorten the expression or the trace, or raise rules.check_timeout (BETRACE_CHECK_TIMEOUT).',
  },
  BT_API_EXPRESSION_MEMORY: {
    status: 422,
    sentence: 'The request took more than {limit} MiB of memory, while {phase}. Shorten the expression or the trace.',
  },
  BT_API_EXPRESSIONS_BUSY: { status: 429, sentence: '{waiting} expressions are already waiting to be checked. Try again in a second.' },
  BT_API_EXPRESSIONS_NOT_STARTED: {
    status: 503,
    sentence:
      'No thread that checks expressions started within {milliseconds} ms: the machine is overloaded, or it stood still. Try again.',
  },
  BT_API_TEST_SPANS_MISSING: {
    status: 400,
    sentence: 'A test needs "expression" and spans to judge: "span": {…}, or "trace": {"spans": […]}, or the "trace_id" of a violation.',
  },
  BT_API_TEST_SPANS_TWICE: {
    status: 400,
    sentence: 'A test judges the spans of one member, and has "{one}" and "{other}". Leave one of them out.',
  },
  BT_API_TEST_MEMBER_UNKNOWN: { status: 400, sentence: 'A test has no member "{member}"{suggestion}' },
  BT_API_TRACE_UNKNOWN: {
    status: 404,
    sentence:
      'The trace {trace_id} has no violation, so the place of its spans in the log is unknown. A key with rules:write also finds traces near the end of the log. A test takes the spans themselves: "trace": {"spans": […]}.',
  },
  BT_API_TRACES_BUSY: { status: 429, sentence: '{waiting} requests for recent traces are already waiting. Try again in a second.' },
  BT_API_TEST_ON_ERROR: { status: 400, sentence: '"on_error" of a test must be "no_match", "undecided" or "violation".' },
  BT_API_IF_MATCH_INVALID: {
    status: 400,
    sentence: '{header} is {value}; expected the ETag of the rule in quotes, which begins with its version, like "3".',
  },
  BT_API_NOT_SETTLED: {
    status: 504,
    sentence:
      'After {timeout} not all acknowledged spans are judged and stored: {missing}. Wait longer (timeout=…, at most 5m), or look at GET /ready.',
  },
  BT_API_EVENT_ID_INVALID: {
    status: 400,
    sentence: 'Last-Event-ID is {id}, which is not the id of an event of this stream. Send the id of the last event unchanged, or none.',
  },
  BT_API_TOO_MANY_STREAMS: {
    status: 429,
    sentence: 'The limit of {limit} open streams of violations {whose} is reached. Close one, or try again in a second.',
  },
  BT_API_TOO_MANY_EXPORTS: {
    status: 429,
    sentence: 'The limit of {limit} exports at a time {whose} is reached. Try again when one has ended.',
  },
  BT_API_TOO_MANY_WAIT: {
    status: 429,
    sentence: 'The limit of {limit} requests that wait for verdicts is reached. Try again in a second.',
  },
  BT_API_CLIENT_GONE: { status: 499, sentence: 'The client closed the connection before the request had its turn.' },
  BT_API_SEARCHES_BUSY: {
    status: 429,
    sentence:
      '{waiting} counts or searches are already waiting. Try again in a second: a list without "count=exact" need not wait, and counts without "q" do not wait for searches.',
  },
  BT_API_STOPPING: { status: 503, sentence: 'This process is stopping and cannot wait for verdicts. Send the request again.' },
  BT_API_PREVIEWS_BUSY: {
    status: 429,
    sentence: '{waiting} previews are already waiting. Try again when one has ended: GET /v1/previews.',
  },
  BT_API_PREVIEW_NOT_FOUND: {
    status: 404,
    sentence:
      'There is no preview {id} in this process: it was deleted, is older than an hour, or runs in another process. POST /v1/rules/preview starts one.',
  },
  BT_API_PREVIEW_RULE: { status: 400, sentence: '{where} needs either "rule_id" or "expression".' },
  BT_API_PREVIEW_TIMEOUT: {
    status: 422,
    sentence:
      'The preview took longer than {timeout} s. Use a shorter time range, or raise rules.preview_timeout (BETRACE_PREVIEW_TIMEOUT) or rules.preview_load.',
  },
  BT_API_PREVIEW_MEMORY: {
    status: 422,
    sentence: 'The preview took more than {limit} MiB of memory. Use a shorter time range, or fewer samples.',
  },
  BT_API_PREVIEW_FAILED: {
    status: 500,
    sentence: 'The preview failed because of a defect of BeTrace. Please report it with the error in the log of the process.',
  },
  BT_API_RULE_VERSION_UNKNOWN: {
    status: 404,
    sentence: 'The rule {id} has no version {version}. GET /v1/rules/{id}/versions lists them.',
  },
  BT_API_RULE_VERSION_DELETED: {
    status: 409,
    sentence: 'Version {version} of the rule {id} is its deletion and cannot be restored. Restore another version.',
  },
  BT_API_RULE_VERSION_NOT_FOUND: {
    status: 404,
    sentence:
      'Version {version} of the rule {id} is no longer stored, so its violations cannot be explained again. The record has the original explanation.',
  },
  BT_API_TRACE_GONE: {
    status: 404,
    sentence:
      'The log no longer has the spans of the violation {id}. The record has the original explanation; your trace store may have the spans.',
  },
  BT_API_MUTE_NOT_FOUND: { status: 404, sentence: 'There is no mute {id}. GET /v1/mutes?active=false lists them; old ones are deleted.' },
  BT_API_MUTE_ENDED: { status: 400, sentence: 'The end of the mute, {until}, is in the past. Set a later end, or leave "until" out.' },
  BT_API_TOO_MANY_MUTES: { status: 422, sentence: 'The limit of {limit} mutes is reached. End some: DELETE /v1/mutes/{id}.' },
  BT_API_VIOLATION_GROUP_NOT_FOUND: {
    status: 404,
    sentence:
      'There is no group of violations {id}. GET /v1/violations/groups?status=all lists them; groups without violations are deleted.',
  },
  BT_API_DIFFERENCES_BUSY: {
    status: 429,
    sentence: '{waiting} comparisons of groups are already waiting. Try again in a second.',
  },
  BT_API_FRAMEWORK_UNKNOWN: {
    status: 404,
    sentence:
      'No rule names a control of {framework} in this spelling, now or in the period. {known}. A rule names one by "controls": [{"framework": …, "control": …}].',
  },
  BT_API_VIOLATION_NOT_FOUND: { status: 404, sentence: 'There is no violation {id}. GET /v1/violations lists them; old ones are deleted.' },
} as const satisfies Record<string, ApiProblemEntry>;

// Retired codes, never reused: BT_API_CURSOR_INVALID (now BT_STORE_BAD_CURSOR), BT_API_TEST_SPANS_INVALID (was never answered).

export interface ApiProblemEntry extends CatalogueProblem {
  readonly status: number;
}

export type ApiProblemCode = keyof typeof API_PROBLEMS;
