// The entry of the worker that checks and formats during typing.
import { checkText, formatText, vocabulary } from '#ui/checker/check-text';
import type { CheckerAnswer, CheckerTask } from './checker';

const tell = (answer: CheckerAnswer): void => postMessage(answer);

addEventListener('message', ({ data: { id, kind, text } }: MessageEvent<CheckerTask>) => {
  const answer = kind === 'check' ? checkText(text) : kind === 'format' ? formatText(text) : Promise.resolve(vocabulary);
  answer.then(
    (result) => tell({ id, result }),
    (error: unknown) => tell({ id, defect: String(error) }),
  );
});
