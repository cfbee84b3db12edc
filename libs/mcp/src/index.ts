export { answerHttp } from './answer-http.js';
export type { Answer, Ask } from './ask.js';
export { serveStdio } from './serve-stdio.js';
