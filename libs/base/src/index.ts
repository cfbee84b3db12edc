export { addressWithoutLogin, hasStrayLogin, withoutLogin } from './address-login.js';
export {
  CatalogueError,
  type CatalogueProblem,
  CodedError,
  type ProblemCatalogue,
  type ProblemValues,
} from './coded-error.js';
export { duplicateMember, hasDuplicateMember } from './duplicate-member.js';
export { DURATION_UNITS, parseDuration } from './duration.js';
export { editDistance } from './edit-distance.js';
export { filledSentence } from './filled-sentence.js';
export { HEADER_NAME, HEADER_VALUE, MESSAGE_HEADER } from './header-texts.js';
export type { IndexOf } from './index-of.js';
export { EACH_INVISIBLE, INVISIBLE } from './invisible-characters.js';
export { followsLeapSecond } from './leap-second.js';
export { OWN_SCOPE } from './own-scope.js';
export { quoted } from './quoted.js';
export { traceMethods } from './traces/trace-methods.js';
export { type Attributes, type Failure, type FinishedWork, failureOf, type Traces, type Work } from './traces/work.js';
