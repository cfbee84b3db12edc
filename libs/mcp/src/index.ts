export { answerHttp } from './answer-http.js';
export type { Ask } from './ask.js';
export { serveStdio } from './serve-stdio.js';
