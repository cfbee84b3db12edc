export { Deadline, waitAtMost, withDeadline } from './deadline.js';
export { retry } from './retry.js';
