export { arrangements } from './arrangement.js';
export { explanationLines } from './explanation-text.js';
export { type CaseFailure, type JudgedCase, judgeCase } from './judge-case.js';
export { spansOfText, spansOfTree, TraceTextError, wholeSpans } from './spans-of-text.js';
export { type Expectation, expectationOf, type TestCase } from './test-case.js';
export { textOfJson } from './text-of-json.js';
export { NotationError } from './trace-notation/notation-error.js';
export { parseTrace } from './trace-notation/parse-trace.js';
