export { DURATION_UNITS, parseDuration } from './duration.js';
export { editDistance } from './edit-distance.js';
export { filledSentence } from './filled-sentence.js';
