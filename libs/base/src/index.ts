export {
  CatalogueError,
  type CatalogueErrorOptions,
  type CatalogueProblem,
  CodedError,
  type ProblemCatalogue,
  type ProblemValues,
} from './coded-error.js';
export { DURATION_UNITS, parseDuration } from './duration.js';
export { editDistance } from './edit-distance.js';
export { filledSentence } from './filled-sentence.js';
