export { arrangements } from './arrangement.js';
export { explanationLines } from './explanation-text.js';
export { type CaseFailure, judgeCase } from './judge-case.js';
export { spansOfText, spansOfTree, TraceTextError, wholeSpans } from './spans-of-text.js';
export { expectationOf, type TestCase } from './test-case.js';
export { textOfJson } from './text-of-json.js';
export { NotationError } from './trace-notation/notation-error.js';
