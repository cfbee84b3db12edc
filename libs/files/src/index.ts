export { DatabaseFile, type Loss } from './database-file.js';
export { makeDirectory } from './make-directory.js';
