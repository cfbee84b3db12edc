// The entry of the worker that reads rule files. The YAML parser is a part of it alone.
import { answerRequests } from '../../parts/browser/worker-asker';
import { type ReadRules, readRules } from './read-rules';
import type { ReaderTask } from './rule-reader';

let last: ReadRules | undefined;

answerRequests((task: ReaderTask) => {
  if ('places' in task) return task.places.map(({ path, line }) => last?.lineOf(path, line));
  last = undefined;
  last = readRules(task.text);
  return last.rules;
});
